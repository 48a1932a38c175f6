"""The page of `stagelyric frames FILE --page`: keeps or strikes proposals, saving the file each time."""

from __future__ import annotations

import os
from pathlib import Path

import click

from stagelyric.commands.common import Fault, classes_of_frames
from stagelyric.commands.pages import stay, until_ctrl_c
from stagelyric.phrasebook import grammar, proposals
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.proposals import Opened, ProposalError
from stagelyric.types.json import JsonObject
from stagelyric.web.thumb import Thumb

_UNDONE = 200  # decisions that can be undone


def serve(file: Path, port: int, *, opened: bool) -> None:
    """Serves the page until Ctrl-C. Raises Fault."""
    known = classes_of_frames()
    try:
        text = grammar.read(file)
    except grammar.FrameFileError as error:
        raise Fault(str(error)) from None
    if faults := grammar.parse(text, str(file), proposed=True).findings:
        raise Fault("\n".join(map(str, faults)))
    if not proposals.opened(text):
        raise Fault(f"{file}: wanted frames, found none in it")

    async def run() -> None:
        thumb = Thumb(Sheet(file, known), port)
        async with thumb.running():
            click.echo(f"{file}: {thumb.url}   (Ctrl-C stops it; what you decide is in the file at once)")
            await stay(thumb.url, opened=opened)

    until_ctrl_c(run())


class Sheet:
    """One file of frames. It is read again for each request, so that changes made in a text editor are seen."""

    def __init__(self, file: Path, known: Classes):
        self.file, self.known = file, known
        self._done: list[tuple[str, str, int]] = []  # the text before, the text after, the frame

    def overview(self) -> JsonObject:
        """Every frame's title, and how many of its proposals are undecided."""
        frames = proposals.opened(self._text())
        return {
            "file": self.file.name,
            "frames": [{"title": frame.title, "waiting": len(frame.waiting)} for frame in frames],
        }

    def frame(self, number: int) -> JsonObject:
        """One frame, with its proposals in their lines."""
        text = self._text()
        frames = proposals.opened(text)
        if not 0 <= number < len(frames):
            raise ProposalError("There is no such frame any more: the file was changed.")
        frame = frames[number]
        names = frame.names
        return {
            "n": number,
            "count": len(frames),
            "waiting": sum(len(one.waiting) for one in frames),
            "left": [i for i, one in enumerate(frames) if one.waiting],
            "title": frame.title,
            "guessed": frame.guessed,
            "undo": bool(self._done) and self._done[-1][1] == text,
            "lines": proposals.sung(text, frame.rows[0], self.known, names),
            "proposals": [
                {
                    "row": one.row, "at": one.at, "text": one.text, "beside": _beside(frame, one.row, one.at),
                    "lines": proposals.said_with(text, one.row, one.at, self.known, names),
                }
                for one in frame.waiting
            ],
        }  # fmt: skip

    def decide(self, number: int, row: int, at: int, text: str, *, keep: bool) -> JsonObject:
        """Keeps or strikes the proposal that begins at this position, if it is the one that was meant."""
        before = self._text()
        known = {(one.row, one.at): one.text for frame in proposals.opened(before) for one in frame.waiting}
        if known.get((row, at)) != text:
            raise ProposalError("There is no such alternative any more: the file was changed.")
        after = proposals.decided(before, row, at, keep=keep)
        self._write(after)
        self._done = [*self._done[-_UNDONE:], (before, after, number)]
        return self.frame(number)

    def undo(self) -> JsonObject:
        """Undoes the last decision, unless the file was changed since."""
        if not self._done or self._done[-1][1] != self._text():
            raise ProposalError("There is nothing to take back: the file was changed since.")
        before, _, number = self._done.pop()
        self._write(before)
        return self.frame(number)

    def fillings(self, number: int, row: int | None, at: int | None) -> JsonObject:
        """Three forms of a frame as they would be sung, each with the given proposal if there is one."""
        text = self._text()
        frames = proposals.opened(text)
        if not 0 <= number < len(frames):
            raise ProposalError("There is no such frame any more: the file was changed.")
        there = row if row is not None else frames[number].rows[0]
        return {"fillings": proposals.fillings(text, there, self.known, 3, at)}

    def _text(self) -> str:
        try:
            return self.file.read_bytes().decode("utf-8")  # line ends are preserved
        except OSError as error:
            raise ProposalError(f"{self.file.name} can't be read any more: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise ProposalError(f"{self.file.name} is no UTF-8 any more.") from None

    def _write(self, text: str) -> None:
        part = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        try:
            part.write_text(text, "utf-8", newline="")
            part.replace(self.file)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ProposalError(f"{self.file.name} could not be written: {error.strerror}.") from None


def _beside(frame: Opened, row: int, at: int) -> str:
    """What is sung instead of a proposal."""
    for slot in (slot for line in frame.slots for slot in line):
        if any((one.row, one.at) == (row, at) for one in slot):
            return next((one.text for one in slot if not one.waits), "")
    return ""
