"""The frames that are shipped: all of them can be read, and what was compiled of them is of these very texts."""

from pathlib import Path

import pytest
from phrasebook import frames

from stagelyric.phrasebook import compiled, ears, folder, grammar, near_themes
from stagelyric.phrasebook.compiled import Compiled
from stagelyric.phrasebook.tags import HANDS, THEMES

FILES = sorted(frames.FRAMES.rglob("*.frames"))


def test_every_file_stands_under_its_hand() -> None:
    assert FILES
    assert {file.parent.name for file in FILES} <= set(HANDS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_frame_can_be_read(file: Path) -> None:
    parsed = grammar.parse(grammar.read(file), file.name, file.parent.name)
    assert not parsed.findings, [str(finding) for finding in parsed.findings]
    assert {frame.tags.hand for frame in parsed.frames} == {file.parent.name}


def test_what_was_compiled_is_of_these_texts() -> None:
    found = Compiled.open(frames.FRAMES / compiled.FILE)
    assert found.stamp == compiled.stamp([file.read_bytes() for file in FILES]), (
        "run python -m stagelyric.phrasebook --compile models/songbook/frames"
    )


def test_the_ear_is_one_where_there_is_one() -> None:
    ear = ears.load(frames.FRAMES / ears.FILE)
    entries = Compiled.open(frames.FRAMES / compiled.FILE).entries
    known = {entry.digest for entry in entries}
    assert not ear.marks or sum(name in known for name in ear.marks) > 0.5 * len(ear.marks)


def test_the_table_of_themes_knows_them_all() -> None:
    assert set(THEMES) <= set(frames.TABLE)
    assert all(set(themes) <= set(THEMES) for themes in frames.TABLE.values())
    assert near_themes.wanted(["rain"], frames.TABLE)["weather"] < 1


def test_first_lines_are_found_without_reading_frames() -> None:
    text = FILES[0].read_text("utf-8")
    parsed = grammar.parse(text, "x", FILES[0].parent.name)
    assert [row for _, row, _ in folder.first_lines(text, "x")] == [frame.rows[0] for frame in parsed.frames]
