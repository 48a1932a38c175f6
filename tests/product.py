"""The product as a band runs it: its own command with the tests' setlist and the small model, without a voice."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from stagelyric.testing import play
from stagelyric.testing.play import Play

MODEL = Path(__file__).parent.parent / "models" / "char-rnn"

_TRIGGERS = """
title = "Test night"
seed = 1967
[[triggers]]
on = { note = 60 }
do = "next_line"
[[triggers]]
on = { key = "PageDown" }
do = "next_line"
"""
_MORE = """
[[songs.sections]]
name = "chorus"
syllables = [5, 8]
safety = ["Sing it to the harbour"]
[[songs]]
title = "Second Song"
"""
SETLIST = _TRIGGERS + play.SONG + _MORE


@asynccontextmanager
async def playing(
    folder: Path,
    *options: str,
    setlist: str = SETLIST,
    environment: dict[str, str] | None = None,
    ready: int = 1,
    speech: bool = False,
    ports: tuple[int, int] | None = None,
    model: Path = MODEL,
    show: Path | None = None,
    through: Sequence[str] = (),
) -> AsyncIterator[Play]:
    """`testing.play.playing` with the setlist below `folder`, or with a baked `show` in place of setlist and model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.toml").write_text(setlist, encoding="utf-8")
    what = [str(folder / "set.toml"), "--model", str(model)] if show is None else ["--show", str(show)]
    quiet = () if speech else ("--no-speech",)
    unplugged = ("--midi", "none") if "--midi" not in options and not environment else ()
    arguments = (*what, *quiet, *unplugged, *options)
    async with play.playing(
        folder, *arguments, ready=ready, ports=ports, environment=environment, through=through
    ) as running:
        yield running
