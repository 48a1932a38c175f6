"""A setlist's own relations: names that repeat, triggers on three levels, bars; and what a file of it says."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist import faults, file, setlist
from stagelyric.setlist.faults import FileError, keys_of
from stagelyric.setlist.setlist import Section, Setlist, Song, find_name
from stagelyric.setlist.triggers import Trigger
from stagelyric.types.actions import Do

names = st.sampled_from(["verse", "Verse", "chorus", "verse 2", "VERSE", "bridge"])
titles = st.sampled_from(["Rain", "rain", "Rain (2)", "Harbour Lights", "harbour  lights"])
kinds = st.sampled_from([{"control": 80}, {"note": 60}, {"key": "b"}, {"osc": "/go"}, {"pad": "A"}, {"beat": 4}])
triggers = st.builds(lambda on, do: {"on": on, "do": do}, kinds, st.sampled_from(["next_line", "keep", {"say": "x"}]))


@st.composite
def sets(draw: st.DrawFn) -> dict[str, Any]:
    some = st.lists(triggers, max_size=3, unique_by=lambda one: str(one["on"]))
    sections = st.fixed_dictionaries({"name": names, "triggers": some})
    songs = st.fixed_dictionaries({
        "title": titles, "triggers": some, "sections": st.lists(sections, min_size=1, max_size=4),
    })  # fmt: skip
    return {"title": "x", "triggers": draw(some), "songs": draw(st.lists(songs, min_size=1, max_size=4))}


@settings(max_examples=60)
@given(sets())
def test_every_song_and_section_is_found_by_its_name_and_keeps_the_one_it_was_given(data: dict[str, Any]) -> None:
    found = Setlist.model_validate(data)
    labels = [song.title for song in found.songs]
    assert [find_name(label, labels) for label in labels] == list(range(len(labels)))
    assert [song.given for song in found.songs] == [song["title"] for song in data["songs"]]
    assert list(found.sections()) == labels
    for song, written in zip(found.songs, data["songs"], strict=True):
        parts = [section.name for section in song.sections]
        assert [find_name(part, parts) for part in parts] == list(range(len(parts)))
        assert [section.given for section in song.sections] == [section["name"] for section in written["sections"]]
        assert found.sections()[song.title] == parts
        assert song.labelled(song.title) is song


@settings(max_examples=60)
@given(sets())
def test_every_trigger_comes_once_and_the_set_s_come_first(data: dict[str, Any]) -> None:
    found = list(Setlist.model_validate(data).every_trigger())
    inside = [one for song in data["songs"] for section in song["sections"] for one in section["triggers"]]
    songs = [one for song in data["songs"] for one in song["triggers"]]
    assert found == [Trigger.model_validate(one) for one in (*data["triggers"], *songs, *inside)]


def levels(found: Setlist) -> Iterator[tuple[str | None, str | None, tuple[Trigger, ...]]]:
    yield None, None, found.triggers
    for song in found.songs:
        yield song.title, None, song.triggers
        yield from ((song.title, section.name, section.triggers) for section in song.sections)


@settings(max_examples=60)
@given(st.data(), sets(), triggers)
def test_a_trigger_is_put_on_one_level_and_all_others_stay(
    data: st.DataObject, given: dict[str, Any], new: dict[str, Any]
) -> None:
    before, trigger = Setlist.model_validate(given), Trigger.model_validate(new)
    song, section, there = data.draw(st.sampled_from(list(levels(before))))
    after = before.with_trigger(trigger, song and song.upper(), section and f" {section} ")
    for (*place, was), (*same_place, now) in zip(levels(before), levels(after), strict=True):
        assert place == same_place
        if place != [song, section]:
            assert now == was
            continue
        assert now[-1] == trigger
        assert list(now[:-1]) == [one for one in there if one.on.model_dump() != trigger.on.model_dump()]
    assert after.with_trigger(trigger, song, section) == after
    assert [song.given for song in after.songs] == [song.given for song in before.songs]


def test_a_trigger_for_a_place_that_is_not_there_changes_nothing() -> None:
    found = Setlist.model_validate({"title": "x", "songs": [{"title": "Rain"}]})
    trigger = Trigger.model_validate({"on": {"key": "b"}, "do": "keep"})
    assert found.with_trigger(trigger, "Snow") is found
    assert found.with_trigger(trigger, "Rain", "bridge") is found
    assert found.with_trigger(trigger, "Snow", "song") is found


@settings(max_examples=40)
@given(sets(), triggers, st.data())
def test_what_is_written_to_the_file_is_what_is_put_into_the_set(
    tmp_path_factory: pytest.TempPathFactory, given: dict[str, Any], new: dict[str, Any], data: st.DataObject
) -> None:
    """The trigger in the file takes its old one's place; the set of a running show has it last."""
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text(_written(given), encoding="utf-8")
    before, trigger = setlist.load(path), Trigger.model_validate(new)
    song, section, there = data.draw(st.sampled_from(list(levels(before))))
    written, replaced = file.write_trigger(path, new["on"], trigger.do, song=song, section=section)
    put = before.with_trigger(trigger, song, section)
    assert replaced == any(one.on.same_contact(trigger.on) for one in there)
    for (*_, one), (*_, other) in zip(levels(written), levels(put), strict=True):
        assert Counter(map(repr, one)) == Counter(map(repr, other))


def _written(given: dict[str, Any]) -> str:
    from stagelyric.setlist.editing import TABLES
    from stagelyric.setlist.rendering import block

    return 'title = "x"\n' + "".join(block((key,), one, TABLES) for key in ("triggers", "songs") for one in given[key])


@settings(max_examples=60)
@given(st.integers(1, 99), st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_a_bar_has_as_many_quarters_as_its_signature_says(count: int, unit: int) -> None:
    song = Song(title="x", time_signature=f"{count}/{unit}")
    assert song.beats_per_bar == Fraction(count, unit) / Fraction(1, 4)


@pytest.mark.parametrize("signature", ["4", "4/3", "4/64", "100/4", "/4", "-3/4", "4/4 ", "4/44", "a/4"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(FileError, match='time_signature: wanted a time signature like "4/4"'):
        setlist.loads(f'title = "x"\n[[songs]]\ntitle = "y"\ntime_signature = "{signature}"\n', "set.toml")


def test_a_mood_in_words_is_split_and_one_in_figures_is_kept() -> None:
    section = Section.model_validate({"name": "x", "mood": " dark   calm "})
    assert section.mood == ("dark", "calm")
    assert Section.model_validate({"name": "x", "mood": 0.25}).mood == 0.25
    assert Section.model_validate({"name": "x", "mood": ["fierce"]}).mood == ("fierce",)


@pytest.mark.parametrize(
    ("mood", "found"),
    [
        ('"gloomy"', '"gloomy"'), ('"dark gloomy"', '"dark gloomy"'), ('["dark", "sad"]', "['dark', 'sad']"),
        ("1.5", "1.5"), ("-1", "-1"), ("nan", "nan"), (f'"{"x" * 99}"', f'"{"x" * 56}…'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("section", ["", '[[songs.sections]]\nname = "verse"\n'])
def test_a_mood_that_is_none_is_one_sentence_in_the_words_of_a_set(mood: str, found: str, section: str) -> None:
    place = 'sections[1] "verse", ' if section else ""
    told = f'set.toml: songs[1] "y", {place}mood: wanted 0 to 1, or dark, bright, calm, fierce, found {found}'
    with pytest.raises(FileError) as caught:
        setlist.loads(f'title = "x"\n[[songs]]\ntitle = "y"\n{section}mood = {mood}\n', "set.toml")
    assert caught.value.faults == [told]


def test_one_file_may_stand_for_a_list_of_them() -> None:
    one, several = (
        Setlist.model_validate({"title": "x", "songs": [{"title": "y"}], "never_quote": files, "frames": files})
        for files in ("a.txt", ["a.txt"])
    )
    assert one == several
    assert one.never_quote == one.frames == ("a.txt",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('title = "x"\n', "wanted at least one [[songs]], found none"),
        ('title = "x"\nsongs = []\n', "wanted at least one [[songs]], found none"),
        ('title = "x"\n[[songs]]\ntitle = "y"\nsections = []\n', "wanted at least one section, found none"),
        ('title = ""\n[[songs]]\ntitle = "y"\n', 'title: wanted a text that is not empty, found ""'),
        ('title = "x"\navoid = [""]\n[[songs]]\ntitle = "y"\n', "wanted a text that is not empty"),
        ('title = "x"\nmin_gap_ms = 60001\n[[songs]]\ntitle = "y"\n', "min_gap_ms: wanted 60000 or less, found 60001"),
        ('title = "x"\nmin_gap_ms = -1\n[[songs]]\ntitle = "y"\n', "min_gap_ms: wanted 0 or more, found -1"),
        ('title = "x"\nseed = 9007199254740993\n[[songs]]\ntitle = "y"\n', "seed: wanted"),
    ],
)
def test_a_set_needs_a_song_and_a_song_a_section(text: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        setlist.loads(text, "tonight.toml")
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("tonight.toml: ")
    assert told in caught.value.faults[0]


def _whole() -> dict[str, Any]:
    trigger = {"on": {"control": 80}, "do": "next_line"}
    section = {"name": "verse", "triggers": [dict(trigger)]}
    song = {"title": 'The "Rain", again', "sections": [{"name": "chorus"}, section], "triggers": [dict(trigger)]}
    return {"title": "x", "songs": [{"title": "y"}, song], "triggers": [dict(trigger)]}


PLACES: list[tuple[list[str | int], Any]] = [
    ([], Setlist), (["songs", 1], Song), (["songs", 1, "sections", 1], Section), (["triggers", 0], Trigger),
    (["songs", 1, "sections", 1, "triggers", 0], Trigger), (["songs", 1, "triggers", 0], Trigger),
]  # fmt: skip
EVERY = [([*where], key) for where, model in PLACES for key in model.model_fields]


@pytest.mark.parametrize(("where", "key"), EVERY, ids=lambda value: str(value))
def test_whatever_key_is_wrong_its_place_is_said_and_nothing_else_is(where: list[str | int], key: str) -> None:
    """A list of a list is right for no key at all."""
    data = _whole()
    table: Any = data
    for step in where:
        table = table[step]
    table[key] = [[datetime(2026, 1, 2)]]
    with pytest.raises(FileError) as caught:
        faults.checked(data, Path("set.toml"), Setlist)
    assert len(caught.value.faults) == (2 if key == "syllables" else 1)  # there the second number is missing, too
    for fault in caught.value.faults:
        keys, rest = keys_of(fault.removeprefix("set.toml: "), data, Setlist.model_fields)
        assert keys[: len(where) + 1] == [*where, key]
        assert all(isinstance(step, int) for step in keys[len(where) + 1 :])
        assert rest.startswith("wanted")


@pytest.mark.parametrize(("where", "key"), EVERY, ids=lambda value: str(value))
def test_a_key_with_a_letter_too_many_is_known_by_its_neighbour(where: list[str | int], key: str) -> None:
    data = _whole()
    table: Any = data
    for step in where:
        table = table[step]
    table[f"{key}x"] = 1
    with pytest.raises(FileError) as caught:
        faults.checked(data, Path("set.toml"), Setlist)
    assert [fault for fault in caught.value.faults if fault.endswith(f'{key}x: unknown key; did you mean "{key}"?')]


def test_a_key_that_is_like_no_other_is_told_all_that_there_are() -> None:
    with pytest.raises(FileError, match=f"zzz: unknown key; known here: {', '.join(sorted(Setlist.model_fields))}$"):
        setlist.loads('title = "x"\nzzz = 1\n[[songs]]\ntitle = "y"\n', "set.toml")


def test_a_file_is_written_whole_only_where_nothing_but_songs_is_added(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    before = 'title = "x" # mine\n[[songs]]\ntitle = "y"\n'
    path.write_text(before, encoding="utf-8")
    text, old = file.content_of(path)
    assert text == before
    added = file.write_whole(path, before + '[[songs]]\ntitle = "z"\n', old)
    assert [song.title for song in added.songs] == ["y", "z"]
    assert added == setlist.load(path)
    kept = path.read_bytes()
    for change in (
        before.replace('"x"', '"other"'),
        before.replace('"y"', '"other"'),
        'title = "x"\n[[songs]]\ntitle = "new"\n[[songs]]\ntitle = "y"\n',
        'title = "x"\n',
        before + "[[triggers]]\n",
    ):
        with pytest.raises(FileError, match="songs can't be added without changing more; write them in by hand"):
            file.write_whole(path, change, tomllib.loads(before))
        assert path.read_bytes() == kept
    with pytest.raises(FileError, match=r"songs can't be added at its end \(.*; write them in by hand"):
        file.write_whole(path, before + "[[songs\n", old)
    assert path.read_bytes() == kept


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_a_file_s_content_is_the_same_however_it_was_saved(tmp_path: Path, mark: bytes, ends: str, last: str) -> None:
    text = 'title = "é"\nzzz = 3\n[[songs]]\ntitle = "y"' + last
    path = tmp_path / "set.toml"
    path.write_bytes(mark + text.replace("\n", ends).encode())
    wanted = 'title = "é"\nzzz = 3\n[[songs]]\ntitle = "y"\n'
    assert file.content_of(path) == (wanted, tomllib.loads(wanted))  # a wrong key is no fault yet


@pytest.mark.parametrize(
    ("data", "told"),
    [(None, "could not be read: No such file"), (b"\xff\xfe", "found what is no TOML"), (b"a = \n", "is no TOML")],
)
def test_content_that_is_none_is_said_in_a_sentence(tmp_path: Path, data: bytes | None, told: str) -> None:
    path = tmp_path / "set.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FileError, match=told) as caught:
        file.content_of(path)
    assert [fault.startswith(f"{path}: ") for fault in caught.value.faults] == [True]


def test_titles_are_read_out_of_a_set_with_any_errors() -> None:
    assert file.titles({}) == []
    assert file.titles({"songs": [{"title": "a"}, 3, {"title": 4}, {}]}) == ["a", "4", ""]


def test_a_song_that_comes_twice_is_written_to_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    verse = '[[songs.sections]]\nname = "verse"\n'
    path.write_text('title = "x"\n' + f'[[songs]]\ntitle = "Rain"\n{verse}{verse}' * 2, encoding="utf-8")
    found, _ = file.write_trigger(path, {"key": "b"}, Do("keep"), song="rain (2)", section="VERSE 2")
    assert [place[:2] for place in levels(found) if place[2]] == [("Rain (2)", "verse 2")]
