"""Texts made ready for training: frames unfolded evenly, prose as verse, texts held back by their title."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.lm import corpus
from stagelyric.phrasebook import classes
from stagelyric.phrasebook.compiled import digest
from stagelyric.phrasebook.ears import Ear, Marks
from stagelyric.training import mix
from stagelyric.types import paths

FRAMES = """@@ hand plain; themes rain

@ scheme AABB
The {old|wet} dog ran down the {lane|street} to the sea
And {nobody|no one} followed him but me
I {called|shouted} him back from the {edge|end} of the wall
And he {never|hardly} looked round at all

@ scheme AA
It {rained|poured} on the {roof|shed} all night
And we {lay|sat} awake till the light
"""


def frames(tmp_path: Path) -> Path:
    folder = tmp_path / "frames" / "plain"
    folder.mkdir(parents=True)
    (folder / "rain.frames").write_text(FRAMES, encoding="utf-8")
    return folder.parent


def known() -> classes.Classes:
    folder = paths.frames()
    assert folder is not None
    return classes.load(folder / "classes.words")


def test_each_frame_comes_as_often_as_any_other_and_shows_all_it_can_say(tmp_path: Path) -> None:
    read = mix.frames_of(frames(tmp_path))
    songs = list(mix.unfolded(read, known(), Ear(), 6, seed=1))
    stanzas = [stanza for _, stanzas in songs for stanza in stanzas]
    assert Counter(map(len, stanzas)) == {4: 6, 2: 6}
    said = " ".join(line for stanza in stanzas for line in stanza).split()
    assert {"rained", "poured", "roof", "shed", "lay", "sat", "old", "wet", "lane", "street"} <= set(said)
    assert songs == list(mix.unfolded(read, known(), Ear(), 6, seed=1))


def test_what_the_ear_liked_comes_more_often(tmp_path: Path) -> None:
    read = mix.frames_of(frames(tmp_path))
    couplet = read[1]
    ear = Ear({digest(couplet): Marks(alone=(4.0, -4.0, 0.0, 0.0, 0.0, 0.0))})
    stanzas = [s for _, song in mix.unfolded([couplet], known(), ear, 8, seed=2) for s in song]
    assert sum("rained" in stanza[0] for stanza in stanzas) > 5


def test_prose_becomes_verse_in_pieces() -> None:
    text = "=== A tale — Somebody (CC BY)\nHe came in.\nOh!\n" + "The rain fell on the road.\n" * 40 + "\nShe left...\n"
    pieces = list(mix.blocks(text))
    assert {title for title, _ in pieces} == {"A tale — Somebody (CC BY)"}
    lines = [line for _, stanzas in pieces for stanza in stanzas for line in stanza]
    assert lines[0] == "He came in"
    assert lines[-1] == "She left..."
    assert lines.count("The rain fell on the road") == 40
    assert all(sum(map(len, stanzas)) <= 32 for _, stanzas in pieces)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\n\r"), max_size=120))
def test_a_line_of_verse_is_short_and_ends_on_no_full_stop(line: str) -> None:
    verse = mix.verse(line)
    assert len(verse) <= 56
    assert not verse.endswith(".") or verse.endswith("..")
    assert verse == "" or 2 <= len(verse.split()) <= 11


def test_a_file_is_written_as_a_corpus_is_read_and_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("".join(f"=== Tale {n}\nThe {n * 'very '}small dog.\nIt ran off.\n\n" for n in range(6)))
    flat = tmp_path / "flat.txt"
    flat.write_text("One line is left out here.\nThe second line is kept here.\nSo is this third one, too.\n")
    made = []
    for name in ("a", "b"):
        out = tmp_path / name
        monkeypatch.setattr(
            "sys.argv",
            ["mix", str(out), "--frames", str(_with_classes(tmp_path / f"of-{name}")), "--forms", "2",
             "--blocks", str(prose), "--sentences", f"{flat}:2-3", "--most", "5"],
        )  # fmt: skip
        mix.main()
        made.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert made[0] == made[1]
    assert sorted(made[0]) == ["blocks.txt", "blocks.valid.txt", "frames.txt", "sentences.txt"]
    read = corpus.read_source(tmp_path / "a" / "frames.txt")
    assert all(len(song.text.strip().split("\n")) >= 2 for song in read.songs)
    assert b"left out" not in made[0]["sentences.txt"]


def _with_classes(tmp_path: Path) -> Path:
    folder = frames(tmp_path)
    shipped = paths.frames()
    assert shipped is not None
    (folder / "classes.words").write_bytes((shipped / "classes.words").read_bytes())
    return folder
