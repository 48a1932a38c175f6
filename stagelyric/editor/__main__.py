"""`python -m stagelyric.editor FILE OUT`: scores many lines on one core; a stopped run can be continued."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from stagelyric.editor.editor import BEFORE, Editor
from stagelyric.editor.faults import EditorError
from stagelyric.editor.usual import lexicon

_NICE = 15
_AT_ONCE = 1024  # lines in one tree: adjacent lines of the file share beginnings


class _Item(NamedTuple):
    before: list[str]
    line: str


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m stagelyric.editor",
        description='Judges lines. FILE has a JSON object a line: {"before": ["..."], "line": "..."}; OUT gets one for '
        'each, in the same order: {"sense": 2.1, "log_p": -4.8, "pieces": 9}. Lines that begin alike, context and all, '
        "cost least where they stand together. Stopped and started again, it goes on after OUT's last line.",
    )
    arguments.add_argument("file", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--editor", type=Path, required=True, metavar="GGUF")
    heard = "lines before that are heard (%(default)s)"
    arguments.add_argument("--before", type=int, default=BEFORE, metavar="N", help=heard)
    given = arguments.parse_args()
    os.nice(_NICE)
    try:
        editor = Editor.open(given.editor, lexicon(), before=given.before, say=_say)
        done = _whole(given.out)
        with given.file.open(encoding="utf-8") as lines, given.out.open("a", encoding="utf-8") as out:
            _judge(editor, _items(given.file, lines, done), out)
    except (EditorError, OSError) as error:
        _say(str(error))
        return 2
    return 0


def _judge(editor: Editor, items: Iterator[_Item], out: IO[str]) -> None:
    """Scores the remaining lines and reports progress every ten seconds."""
    started = said = time.monotonic()
    judged = 0
    while batch := list(islice(items, _AT_ONCE)):
        heard = editor.hear([item.line for item in batch], [item.before for item in batch])
        out.writelines(json.dumps(one._asdict()) + "\n" for one in heard)
        out.flush()
        judged += len(batch)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            _say(f"{judged:,} lines, {judged / (said - started):.0f} a second")
    _say(f"{judged:,} lines judged, {judged / max(1e-9, time.monotonic() - started):.0f} a second")


def _whole(out: Path) -> int:
    """The number of complete lines that a stopped run has written; an incomplete last line is cut off."""
    if not out.exists():
        return 0
    with out.open("rb+") as opened:
        stored = opened.read()
        opened.truncate(stored.rfind(b"\n") + 1)
    return stored.count(b"\n")


def _items(file: Path, lines: IO[str], done: int) -> Iterator[_Item]:
    for number, text in enumerate(lines, 1):
        if number <= done:
            continue
        try:
            told = json.loads(text)
            before, line = told["before"], told["line"]
        except (ValueError, KeyError, TypeError):
            before = line = None
        if not isinstance(line, str) or not isinstance(before, list) or not all(isinstance(b, str) for b in before):
            wanted = '{"before": ["..."], "line": "..."}'
            raise EditorError(f"{file}, line {number}: wanted {wanted}, found {text.strip()[:60]}")
        yield _Item(before, line)


def _say(told: str) -> None:
    print(told, file=sys.stderr, flush=True)


sys.exit(main())
