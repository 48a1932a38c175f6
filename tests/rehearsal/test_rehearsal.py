"""Rehearsal as a part of the show: what is kept gathers, and wishes are granted by the writer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from stagelyric.rehearsal import wishes
from stagelyric.rehearsal.desk import Rehearsal, Stale
from stagelyric.rehearsal.draft import GAP
from stagelyric.rehearsal.files import Drafts
from stagelyric.rehearsal.wishes import Wish
from stagelyric.types.lines import Ask, Line

VERSE = Ask(rhyme="AABB", syllables=(5, 8), prime="Our own words\n")


class Writer:
    """Writes "Line 1", "Line 2" …, once it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[Ask, int, int]] = []
        self.let = asyncio.Event()
        self.let.set()
        self.number = 0

    async def write(self, ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
        await self.let.wait()
        self.asked.append((ask, start, count))
        self.number += count
        return [Line(f"Line {self.number - count + place}", "frame") for place in range(1, count + 1)]


def rehearsal(folder: Path, writer: Writer | None = None) -> Rehearsal:
    def ask_for(song: str, section: str) -> Ask | None:
        return VERSE if section == "verse" else None

    return Rehearsal(Drafts(folder), (writer or Writer()).write, ask_for, {"Ferry (2)": "Ferry"})


async def test_what_is_kept_gathers_in_its_songs_draft_and_outlives_the_show(tmp_path: Path) -> None:
    made = rehearsal(tmp_path)
    async with made.running():
        made.judgement("keep", "One", "Ferry", "verse")
        made.judgement("veto", "Two", "Ferry", "verse")
        made.judgement("keep", "Three", "Ferry (2)", "verse")  # a song that comes again is one song
    assert (await rehearsal(tmp_path).draft("Ferry")).lines == ("One", "Three")


async def test_two_pages_do_not_undo_each_other(tmp_path: Path) -> None:
    made = rehearsal(tmp_path)
    first = await made.save("Ferry", ["One"], 0)
    with pytest.raises(Stale) as stale:
        await made.save("Ferry", ["Other"], 0)
    assert stale.value.draft == first
    assert (await made.save("Ferry", ["Other"], first.revision)).lines == ("Other",)


async def test_a_disk_that_cannot_be_written_costs_no_kept_line_and_no_show(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = rehearsal(tmp_path / "file" / "folder")
    async with made.running():
        made.judgement("keep", "One", "Ferry", "verse")
    with pytest.raises(OSError, match=r"."):
        await made.save("Ferry", ["One"], 0)


async def test_each_wish_gives_others_and_none_that_is_in_the_draft(tmp_path: Path) -> None:
    writer = Writer()
    made = rehearsal(tmp_path, writer)
    await made.save("Ferry", ["Line 2"], 0)
    wish = Wish("rhyme", "Out on the ferry home")
    assert await made.options(wish, "Ferry", "verse") == ["Line 1", "Line 3", "Line 4", "Line 5"]
    assert await made.options(wish, "Ferry", "verse") == ["Line 6", "Line 7", "Line 8", "Line 9"]
    seeds = [ask.seed for ask, _, _ in writer.asked]
    assert seeds[0] != seeds[-1]
    assert {ask.rhyme_with for ask, _, _ in writer.asked} == {"home"}
    assert await made.options(wish, "Ferry", "no such section") == []


async def test_a_wish_that_has_no_others_gives_the_same_ones_again(tmp_path: Path) -> None:
    class Few(Writer):
        async def write(self, ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
            lines = await super().write(ask, start, count, earlier)
            return [Line(("Out of the rain", "Over the sea")[start % 2], line.origin) for line in lines]

    made = rehearsal(tmp_path, Few())
    wish = Wish("rhyme", "Out on the ferry home")
    first = await made.options(wish, "Ferry", "verse")
    assert sorted(first) == ["Out of the rain", "Over the sea"]
    assert sorted(await made.options(wish, "Ferry", "verse")) == sorted(first)


async def test_where_no_line_is_long_enough_shorter_ones_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stagelyric.rehearsal.desk._EXACT", 0.05)
    asked: list[tuple[int, int]] = []

    async def write(ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
        asked.append(ask.syllables)
        if ask.syllables == VERSE.syllables:
            await asyncio.Event().wait()
        return [Line(f"Short {start}", "frame")]

    made = Rehearsal(Drafts(tmp_path), write, lambda song, section: VERSE)
    found = await made.options(Wish("rhyme", "Out on the ferry home"), "Ferry", "verse")
    assert found == ["Short 0", "Short 1", "Short 2", "Short 3"]
    assert asked == [(5, 8), (2, 8), (2, 8), (2, 8), (2, 8)]


async def test_a_stanza_of_which_the_draft_has_a_line_already_is_written_anew(tmp_path: Path) -> None:
    made = rehearsal(tmp_path)
    await made.save("Ferry", ["Line 2"], 0)
    assert await made.options(Wish("stanza"), "Ferry", "verse") == ["Line 5", "Line 6", "Line 7", "Line 8"]


async def test_a_stanza_asked_for_again_is_another_and_not_the_same_in_other_words(tmp_path: Path) -> None:
    stanzas = (
        ("Rule one: no grown-ups here", "Rule five: you share the beer", "What Barnaby says is so", "A month ago"),
        ("Rule two: no grown-ups here", "Rule six: you share the beer", "What Barnaby said was so", "Years ago"),
        ("Put the child by the sink", "And give her a lemon to squeeze", "She said good", "Now more of these"),
    )

    class Stanzas(Writer):
        async def write(self, ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
            self.number += 1
            return [Line(text, "frame") for text in stanzas[min(self.number, 3) - 1]]

    made = rehearsal(tmp_path, Stanzas())
    assert await made.options(Wish("stanza"), "Ferry", "verse") == list(stanzas[0])
    assert await made.options(Wish("stanza"), "Ferry", "verse") == list(stanzas[2])


async def test_a_writer_that_is_too_slow_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stagelyric.rehearsal.desk.SECONDS", 0.05)
    writer = Writer()
    writer.let.clear()
    with pytest.raises(TimeoutError):
        await rehearsal(tmp_path, writer).options(Wish("stanza"), "Ferry", "verse")


def test_a_gap_asks_for_its_rhyme_and_goes_on_from_the_lines_before_it() -> None:
    ask = wishes.asked(Wish("line", lines=("One", "rain on the door", GAP, "nobody home"), at=2), VERSE)
    assert ask
    assert (ask.rhyme_with, ask.prime) == ("home", "One\nrain on the door")
    free = wishes.asked(Wish("line", lines=(GAP,), at=0), VERSE)
    assert free
    assert (free.rhyme_with, free.prime) == (None, VERSE.prime)


@pytest.mark.parametrize("wish", [Wish("rhyme", " !? "), Wish("answer", ""), Wish("line", lines=("a",), at=1)])
def test_what_cannot_be_granted_asks_for_nothing(wish: Wish) -> None:
    assert wishes.asked(wish, VERSE) is None
