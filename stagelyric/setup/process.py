"""The process beside the show that edits its setlist: it parses, checks and writes, at low priority.

Each incoming line is an order (`told`, `check`, `save`, `make`), a space and a JSON object; each outgoing line is an
HTTP status, a space and a JSON object. The first outgoing line is a sign of life.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import orjson

from stagelyric.setup.sheet import Answer, Sheet
from stagelyric.types.process import step_aside


def main(pipe: int) -> None:
    """Runs until its input is closed; `sys.argv[1]` is the setlist's file."""
    step_aside()
    sheet = Sheet(Path(sys.argv[1]))
    _say(pipe, 200, {"ready": True})
    for line in sys.stdin.buffer:
        order, _, body = line.partition(b" ")
        _say(pipe, *answer(sheet, order.decode(), body))


def answer(sheet: Sheet, order: str, body: bytes) -> Answer:
    """The answer to an order; never raises, whatever the order contains."""
    try:
        asked = orjson.loads(body)
    except ValueError:
        return 400, {"error": "That is no JSON."}
    if not isinstance(asked, dict):
        return 400, {"error": "Wanted an object with the set and its revision."}
    try:
        match order:
            case "check":
                return sheet.check(asked)
            case "save":
                return sheet.save(asked)
            case "make":
                return sheet.make(asked)
        return sheet.told(checked=False)
    except LookupError as error:
        return 409, {"error": str(error)}
    except (ValueError, RecursionError) as error:
        return 400, {"error": str(error) or "That is nested too deep."}
    except Exception as error:  # the page reports it and goes on; the file is unchanged
        logging.getLogger(__name__).exception("an order of the page failed")
        return 500, {"error": f"Nothing was done: {type(error).__name__}: {error}"}


def _say(pipe: int, status: int, told: object) -> None:
    data = memoryview(b"%d %s\n" % (status, orjson.dumps(told)))
    while data:
        data = data[os.write(pipe, data) :]
