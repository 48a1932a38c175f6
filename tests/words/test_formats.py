import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.lm.corpus import CorpusError, read_source
from stagelyric.words.formats import FormatError, chordpro, guessed, leftovers, lrc, openlyrics

CHORDPRO = """{title: The Ferry}
{meta: genre folk}
# a remark
{start_of_verse}
[D]Dolores mends the [A]ice machine
And [Bm]Biscuit minds the door
{end_of_verse}
{soc}
Row me over
{eoc}
{start_of_tab}
e|---0---|
{end_of_tab}
{comment: twice}
{chorus}
"""
LRC = """[ti:Night Bus]
[00:12.00]Forty on the [00:13.10]night bus
[00:15.30]<00:15.30>Nobody <00:15.90>speaks
[00:20.00]
[00:22.00][01:10.00]Ring the bell
"""
OPENLYRICS = """<?xml version="1.0" encoding="UTF-8"?>
<song xmlns="http://openlyrics.info/namespace/2009/song" version="0.9">
  <properties><titles><title>Kettle</title><title lang="de">Kessel</title></titles></properties>
  <lyrics>
    <verse name="v1" lang="en"><lines><chord root="D"/>The kettle sings<br/>and
      <comment>softly</comment>Marta hums</lines></verse>
    <verse name="v1" lang="de"><lines>Der Kessel singt</lines></verse>
    <verse name="c" lang="en"><lines>Pour it <tag name="x">out</tag></lines></verse>
  </lyrics>
</song>
"""


def test_chordpro_gives_its_words_sections_and_tags() -> None:
    sheet = chordpro(CHORDPRO)
    assert sheet.stanzas == (
        ("verse", ("Dolores mends the ice machine", "And Biscuit minds the door")),
        ("chorus", ("Row me over",)),
    )
    assert sheet.tags == {"title": "The Ferry", "genre": "folk"}


def test_lrc_gives_its_words_without_times() -> None:
    sheet = lrc(LRC)
    assert sheet.text == "Forty on the night bus\nNobody speaks\n\nRing the bell"
    assert sheet.tags["title"] == "Night Bus"


def test_openlyrics_gives_the_first_language() -> None:
    sheet = openlyrics(OPENLYRICS)
    assert sheet.stanzas == (("verse", ("The kettle sings", "and Marta hums")), ("chorus", ("Pour it out",)))
    assert sheet.tags == {"title": "Kettle"}


def test_a_text_is_guessed_by_what_is_in_it() -> None:
    assert guessed(CHORDPRO).text.startswith("Dolores mends")
    assert guessed(LRC).text.startswith("Forty on")
    assert guessed("One  line\n\nTwo [A]chords").text == "One line\n\nTwo chords"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<song", "does not parse"),
        ("<opml/>", "found <opml>"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><song>&b;</song>', "DOCTYPE"),
    ],
)
def test_what_is_no_openlyrics_song_is_refused(text: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=found):
        openlyrics(text)
    file = tmp_path / "song.xml"
    file.write_text(text)
    with pytest.raises(CorpusError, match=r"song\.xml: wanted an OpenLyrics song"):
        read_source(file)


def test_a_folder_of_every_format_is_one_corpus(tmp_path: Path) -> None:
    for name, text in (
        ("a.cho", CHORDPRO),
        ("b.lrc", LRC),
        ("c.xml", OPENLYRICS),
        ("d.txt", "One\nTwo\n\n\n\nThree\n"),
    ):
        (tmp_path / name).write_text(text)
    (tmp_path / "cover.png").write_bytes(b"\0")
    songs = read_source(tmp_path).songs
    assert [song.title for song in songs] == ["The Ferry", "Night Bus", "Kettle", "", ""]
    assert songs[0].text == "Dolores mends the ice machine\nAnd Biscuit minds the door\n\nRow me over\n"


@given(st.text("ab, .'x2(|/:-\u2019\u2026[]*", max_size=14))
def test_a_line_of_words_alone_is_read_as_any_other(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick = leftovers.sung(line)
        patch.setattr(leftovers, "_WORDS_ALONE", re.compile(r"(?!)"))
        assert leftovers.sung(line) == quick
