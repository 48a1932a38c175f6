"""What a show is made of beside its setlist: baked lines that lie there, the band's taste, what was kept."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from baked.shows import SET, baked
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.baked import file as files
from stagelyric.baked.editing import edited
from stagelyric.setlist.setlist import loads
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage import material
from stagelyric.stage.material import Material, Prepared
from stagelyric.types import paths
from stagelyric.types.actions import Do
from stagelyric.types.lines import Cue, Line
from stagelyric.types.server import parse


def show(written: str = SET, seed: int = 1967) -> Show:
    return Show(loads(written, "set.toml"), Pool(), seed=seed, words=None)


@given(st.sets(st.integers(1, 24)), st.sets(st.integers(1, 24)))
@settings(max_examples=30)
def test_baked_lines_lie_on_their_shelves_as_they_were_written(struck: set[int], changed: set[int]) -> None:
    """A live show's shelves are those that the writer would fill: what the band did not want is kept from the stage."""
    made, _ = edited(baked(), struck - changed, (), [(number, f"By hand, number {number}") for number in changed])
    live, prepared = show(), Prepared(made)
    prepared.put(live)
    originals = [[one.line.text for one in part.lines] for part in baked().parts]
    assert [[line.text for line in live.pool.shelf(ask).lines] for ask in live.every_ask()] == originals
    flat = [text for part in originals for text in part]
    assert prepared.unwanted == {flat[number - 1] for number in struck | changed}


def test_baked_lines_of_another_seed_stay_where_they_are() -> None:
    other = show(seed=7)
    Prepared(baked()).put(other)
    assert [other.pool.ready(ask) for ask in other.every_ask()] == [0, 0, 0]


def test_lines_of_another_edition_are_for_while_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = edited(baked(), [1], (), [(2, "By hand")])
    live, prepared = show(), Prepared(made, same=False)
    prepared.put(live)
    assert prepared.unwanted == set()
    assert [live.pool.ready(ask) for ask in live.every_ask()] == [0, 0, 0]
    first = made.parts[0]
    texts = [line.text for line in first.played]
    assert texts[0] == "By hand"
    press = Do("next_line")
    came = [live.due(press, 0.0)[0] for _ in texts[:3]]
    assert [cue.line and cue.line.text for cue in came if isinstance(cue, Cue)] == texts[:3]
    assert not live.pool.sung_from, "a frame of another edition comes from the shelves as if it had not been heard"
    live.pool.put(live.ask, 0, [Line(f"written {number}", "frame") for number in range(8)])
    assert live.upcoming().text == "written 3", "the fourth press takes the fourth line, as if the writer had been late"
    other = show(seed=7)
    prepared.put(other)
    assert other.ladder.meanwhile == {}
    monkeypatch.setattr(material, "_ALL_MEANWHILE", 10)  # of a long set the first sections have some
    again = show()
    prepared.put(again)
    assert [len(lines) for lines in again.ladder.meanwhile.values()] == [7, 3]


def test_the_writer_goes_on_behind_baked_lines() -> None:
    live = show()
    ask = live.every_ask()[0]
    live.pool.put(ask, 0, [Line("from the disk", "frame")])
    Prepared(baked()).put(live)
    lines = live.pool.shelf(ask).lines
    assert [line.index for line in lines] == list(range(8))
    assert lines[0].text == "from the disk"  # what was there stays
    assert live.pool.put(ask, 8, [Line("new", "frame")]) == 1


def test_only_what_would_be_written_now_is_taken_from_a_file(tmp_path: Path) -> None:
    told: list[str] = []
    setlist = tmp_path / "set.toml"
    assert material.prepared(setlist, "edition", told.append) is None
    files.write(tmp_path / "set.bake", baked())
    found = material.prepared(setlist, "edition", told.append)
    assert found is not None
    assert found.bake == baked()
    assert found.same
    other = material.prepared(setlist, "another edition", told.append)
    assert other is not None
    assert not other.same
    assert told == []
    (tmp_path / "set.bake").write_bytes(b"damaged")
    assert material.prepared(setlist, "edition", told.append) is None
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path / 'set.bake'}: ")


def test_a_baked_show_brings_what_it_was_baked_with() -> None:
    made = replace(
        baked(), lyrics={"Second Song": "words\n"}, never_quote="abc", frames="def",
        quotes=("the moon has gone to bed and left the light",), kept={("Harbour Lights", "verse"): ["Row me home"]},
    )  # fmt: skip
    found = material.baked(made)
    assert (found.lyrics, found.never_quote, found.frames) == (made.lyrics, "abc", "def")
    said = ["The moon has gone to bed and left the light", "Row me home"]
    assert found.quoting(said) == {said[0]}
    assert found.kept == made.kept


def test_without_a_journal_what_was_baked_is_kept_but_for_what_must_not_be_quoted(tmp_path: Path) -> None:
    def quoting(texts: Iterable[str]) -> set[str]:
        return {text for text in texts if "moon" in text}

    place, other = ("Harbour Lights", "verse"), ("Second Song", "song")
    made_of = Material(kept={place: ["Row on", "the moon", "Row on"], other: ["moon again"]}, quoting=quoting)
    kept, vetoed = material.judged(tmp_path / "none.sqlite3", "Baked night", made_of)
    assert kept == {place: ["Row on"], other: []}
    assert vetoed == set()


# -- the band's taste


@pytest.fixture
def taste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "taste.toml"
    monkeypatch.setenv("STAGELYRIC_TASTE", str(file))
    return file


@pytest.mark.parametrize("data", [b"", b"[weights]\nrhyme = 2.0\n", b'note = "ours"\n', b"weights = {}\n"])
def test_a_taste_that_can_be_read_stays_and_nothing_is_said(taste: Path, data: bytes) -> None:
    told: list[str] = []
    material.sound_taste(told.append)  # there is none yet
    taste.write_bytes(data)
    material.sound_taste(told.append)
    assert (told, taste.read_bytes()) == ([], data)


@pytest.mark.parametrize(
    "data",
    [
        b"[weights", b"\xff\xfe", b"weights = 3\n", b"weights = []\n", b"a = 1\na = 2\n",
        b"#" * (paths.LARGEST_TASTE + 1), b"x = " + b"[" * 5000,
    ],
    ids=["unclosed", "no text", "a number", "a list", "twice", "too large", "too deep"],
)  # fmt: skip
def test_a_damaged_taste_is_put_aside_and_said_once(taste: Path, data: bytes) -> None:
    told: list[str] = []
    taste.write_bytes(data)
    material.sound_taste(told.append)
    material.sound_taste(told.append)
    (aside,) = taste.parent.iterdir()
    assert aside.read_bytes() == data
    assert told == [f"the band's taste was damaged: it is {aside.name} now, and lines are chosen as usual"]


@pytest.mark.needs("links")
def test_a_taste_that_leads_nowhere_is_put_aside_itself(taste: Path) -> None:
    told: list[str] = []
    taste.symlink_to(taste.with_name("none.toml"))
    material.sound_taste(told.append)
    assert len(told) == 1
    assert not os.path.lexists(taste)


# -- the edition


def test_lines_that_a_server_drafts_are_of_an_edition_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taste: Path
) -> None:
    monkeypatch.setattr(paths, "model_folders", list)
    folder = tmp_path / "dice"
    folder.mkdir()
    (folder / "meta.json").write_text("{}")
    servers = [None, *(parse(f"http://127.0.0.1:{port}/v1#{name}") for port in (1, 2) for name in ("a", "b"))]
    editions = [material.edition(folder, server) for server in servers]
    assert len(set(editions)) == 5
    assert all(each.startswith(editions[0]) for each in editions)
    assert editions[0].startswith(paths.edition(folder))
