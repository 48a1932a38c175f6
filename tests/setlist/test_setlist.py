import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.rig import Rig, address, load_rig
from stagelyric.setlist.setlist import Setlist, load, read_lyrics
from stagelyric.words.alike import alike, numbered

GOOD = """
title = "Friday at the Corner House"
model = "char-rnn"
seed = 1967
avoid = ["baby", "tonight"]
[[triggers]]
on = { control = 80 }
do = "next_line"
[[triggers]]
on = { note = "C2", channel = 10, port = "FCB1010" }
do = { goto = "chorus" }
quantize = "bar"
[[songs]]
title = "Harbour Lights"
tempo = 96
time_signature = "6/8"
key = "Em"
names = ["Polly Magnet", "Montréal"]
themes = ["rain"]
wildness = 0.7
[[songs.sections]]
name = "verse"
syllables = [7, 10]
rhyme = "AABB"
safety = ["Hold the light on the water"]
[[songs.sections]]
name = "chorus"
"""

SIX_MISTAKES = """
title = "Friday"
modle = "char-rnn"
[[triggers]]
on = { control = 123 }
do = "nxt_line"
[[triggers]]
on = { key = "a" }
do = { goto = "chrous" }
[[songs]]
title = "Harbour Lights"
tempo = "fast"
lyrics = "nowhere.txt"
[[songs.sections]]
name = "chorus"
"""


def faults(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "set.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load(file)
    assert all(fault.startswith(f"{file}: ") for fault in caught.value.faults)
    return [fault.removeprefix(f"{file}: ") for fault in caught.value.faults]


def test_a_setlist_is_read(tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text(GOOD, encoding="utf-8")
    found = load(tmp_path / "set.toml")
    song = found.songs[0]
    assert (found.seed, song.beats_per_bar, song.names[1]) == (1967, 3.0, "Montréal")
    assert (song.sections[0].syllables, song.sections[0].rhyme, song.sections[1].rhyme) == ((7, 10), "AABB", "free")


def test_six_mistakes_are_six_sentences(tmp_path: Path) -> None:
    assert sorted(faults(tmp_path, SIX_MISTAKES)) == sorted(
        [
            'modle: unknown key; did you mean "model"?',
            "triggers[1], on, control: wanted 119 or less"
            " (120 to 127 are channel mode messages and never fire), found 123",
            'triggers[1], do: unknown action "nxt_line"; did you mean "next_line"?',
            'triggers[2], do, goto: found no "chrous"; did you mean "chorus"?',
            'songs[1] "Harbour Lights", tempo: wanted a number, found "fast"',
            'songs[1] "Harbour Lights", lyrics: wanted a file beside the setlist, found none at "nowhere.txt"',
        ]
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('rhyme = "AABB"', 'rhyme = "ABBA"'), 'rhyme: wanted "AABB", "ABAB", "ABCB", "AAAA" or "free", found "ABBA"'),
        (("[7, 10]", "[10, 7]"), "syllables: wanted the fewest first, found [10, 7]"),
        (('"bar"', '"br"'), 'triggers[2], quantize: wanted "now", "beat" or "bar" or a number, found "br"'),
        (('"6/8"', '"4"'), 'time_signature: wanted a time signature like "4/4", found "4"'),
        (("wildness = 0.7", "wildness = 7"), "wildness: wanted 1 or less, found 7"),
        (('name = "chorus"', ""), "sections[2], name: wanted, and missing"),
        (('"C2"', '"H2"'), 'on, note: wanted a note from "C-1" to "G9" or a number from 0 to 127, found "H2"'),
        (("control = 80", 'control = 80, key = "a"'), "found control and key"),
        (('safety = ["Hold the light on the water"]', 'safety = "Hold"'), 'safety: wanted a list, found "Hold"'),
        (("seed = 1967", "seed = 1.5"), "seed: wanted a whole number, found 1.5"),
    ],
)
def test_each_mistake_is_said_with_its_key(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    found = faults(tmp_path, GOOD.replace(*change))
    assert any(says in fault for fault in found), found


def test_files_that_are_no_setlists(tmp_path: Path) -> None:
    assert "found none" in "".join(_load_faults(tmp_path / "nowhere.toml"))
    (tmp_path / "a.toml").write_text('title = "T"\nseed = 1 2\n')
    assert "not valid TOML" in "".join(_load_faults(tmp_path / "a.toml"))
    assert "line 2" in "".join(_load_faults(tmp_path / "a.toml"))
    (tmp_path / "b.toml").write_bytes(b'title = "\xff"')
    assert "wanted UTF-8 text, found byte 0xff" in "".join(_load_faults(tmp_path / "b.toml"))
    (tmp_path / "c.toml").write_text('title = "T"')
    assert "wanted at least one [[songs]]" in "".join(_load_faults(tmp_path / "c.toml"))
    assert "could not be read" in "".join(_load_faults(tmp_path))


def _load_faults(path: Path) -> list[str]:
    with pytest.raises(FileError) as caught:
        load(path)
    return caught.value.faults


def test_a_rig_is_read_and_its_faults_said(tmp_path: Path) -> None:
    file = tmp_path / "rig.toml"
    file.write_text('[osc]\nlisten = 9000\nreply_to = ["127.0.0.1:9001"]\nallow = ["10.0.0.0/8"]\n[web]\nport = 8080\n')
    rig = load_rig(file)
    assert (address(rig.osc.listen), rig.web.port, rig.clock.source) == (("127.0.0.1", 9000), 8080, "internal")
    file.write_text('[osc]\nlisten = "here"\nallow = ["everyone"]\n[clock]\nsource = "moon"\n[webb]\n')
    with pytest.raises(FileError) as caught:
        load_rig(file)
    said = "\n".join(caught.value.faults)
    assert 'osc, listen: wanted "host:port" or a port from 0 to 65535, found "here"' in said
    assert 'allow[1]: wanted an address or a network like "192.168.1.0/24", found "everyone"' in said
    assert 'clock, source: wanted "internal", "midi", "link" or "osc", found "moon"' in said
    assert 'webb: unknown key; did you mean "web"?' in said


def test_the_schemas_are_json_and_name_every_key() -> None:
    for kind in (Setlist, Rig):
        schema = json.loads(json.dumps(kind.model_json_schema()))
        assert set(schema["properties"]) == set(kind.model_fields)
        assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "Hold the light\non the water\n\nRow home"),
        (
            "a.lrc",
            "[ti:Harbour]\n[00:12.50]Hold the light\n[00:15.00]<00:15.10>on <00:15.40>the water\n\n[0:20]Row home",
        ),
        ("a.cho", "{title: Harbour}\n# a note\n[Em]Hold the [G]light\non the wa[C]ter\n{soc}\n\nRow home"),
    ],
)
def test_lyrics_are_bare_words_whatever_the_format(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_lyrics(tmp_path / name) == "Hold the light\non the water\n\nRow home"


def test_lyrics_in_latin_1(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Montréal".encode("latin-1"))
    assert read_lyrics(tmp_path / "a.txt") == "Montréal"


def test_never_quote_files_lie_beside_the_setlist(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A line")
    (tmp_path / "set.toml").write_text('title = "x"\nnever_quote = "a.txt"\n[[songs]]\ntitle = "y"\n')
    assert load(tmp_path / "set.toml").never_quote == ("a.txt",)
    (tmp_path / "set.toml").write_text('title = "x"\nnever_quote = ["a.txt", "b.txt"]\n[[songs]]\ntitle = "y"\n')
    with pytest.raises(FileError, match=r'never_quote: wanted a file beside the setlist, found none at "b\.txt"'):
        load(tmp_path / "set.toml")
    (tmp_path / "set.toml").write_text('title = "x"\nnever_quote = 3\n[[songs]]\ntitle = "y"\n')
    with pytest.raises(FileError, match="never_quote"):
        load(tmp_path / "set.toml")


def test_ten_thousand_songs_of_one_title_take_no_time_of_their_own() -> None:
    began = time.process_time()
    titles = numbered(["Same"] * 10_000, "{} ({})")
    assert (titles[0], titles[1], titles[-1]) == ("Same", "Same (2)", "Same (10000)")
    assert time.process_time() - began < 2.0  # each looked at against all others: minutes


@given(st.lists(st.sampled_from(["verse", "Verse", "verse 2", "VERSE  3", "chorus", "Refrain", "refrain 2"])))
def test_numbers_are_the_lowest_free_ones(names: list[str]) -> None:
    taken, seen = set(map(alike, names)), set[str]()
    for name, label in zip(names, numbered(names), strict=True):
        free = [name, *(f"{name} {number}" for number in range(2, 99))]
        wanted = (each for each in free if alike(each) not in seen and (each == name or alike(each) not in taken))
        assert label == next(wanted)
        seen.add(alike(label))


@given(st.text("aB'`- \t\n"))
def test_plain_names_are_compared_as_all_others_are(name: str) -> None:
    assert alike(name) == alike(f"{name}\u00ad")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('title = "Friday', "no closing quote"),
        ('title = "Friday\nseed = 3', "no closing quote (at line 1"),
        ("title Friday", 'wanted "=" after the key (at line 1'),
        ("title = Friday", 'wanted a value: "a text" in quotes'),
        ("seed = 1\nseed = 2", "a key stands there twice"),
        ("[songs]\n[songs]", "begins with two brackets, as [[songs]] (at line 2"),
        ('title = "the "big" one"', 'a quote inside a text is written \\" (at line 1'),
        ('title = "AC\\qDC"', "a backslash in a text is written twice"),
        ("= 3", "wanted key = value"),
    ],
)
def test_what_is_no_toml_is_said_in_plain_words(text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(text)
    assert wanted in _load_faults(tmp_path / "a.toml")[0]
