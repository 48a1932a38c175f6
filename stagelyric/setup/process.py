"""The process beside the show that edits its setlist: it parses, checks and writes, and steps aside for the show.

Each line that comes in is what is asked (`told`, `check`, `save`, `make`), a space and a JSON object; each that goes
out an HTTP status, a space and a JSON object. A sign of life is the first.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import orjson

from stagelyric.setup.sheet import Answer, Sheet
from stagelyric.types.child import step_aside


def main(pipe: int) -> None:
    """Until its input ends; `sys.argv[1]` is the setlist's file."""
    step_aside()
    sheet = Sheet(Path(sys.argv[1]))
    _say(pipe, 200, {"ready": True})
    for line in sys.stdin.buffer:
        order, _, body = line.partition(b" ")
        _say(pipe, *answer(sheet, order.decode(), body))


def answer(sheet: Sheet, order: str, body: bytes) -> Answer:
    """What is told of an order, whatever it brings."""
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
        return sheet.told()
    except LookupError as error:
        return 409, {"error": str(error)}
    except (ValueError, RecursionError) as error:
        return 400, {"error": str(error) or "That is nested too deep."}
    except Exception as error:  # the page says so and goes on; the file is as it was
        logging.getLogger(__name__).exception("an order of the page failed")
        return 500, {"error": f"Nothing was done: {type(error).__name__}: {error}"}


def _say(pipe: int, status: int, told: object) -> None:
    data = memoryview(b"%d %s\n" % (status, orjson.dumps(told)))
    while data:
        data = data[os.write(pipe, data) :]
