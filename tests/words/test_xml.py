"""Songs in XML: one language, the order that the song says, and what is said of it."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import FormatError, openlyrics
from stagelyric.words.formats.as_xml import looks_like, read_xml

NAMES = {"v": "verse", "c": "chorus", "p": "pre-chorus", "b": "bridge", "e": "ending", "i": "intro", "o": "other"}


def song(verses: str, properties: str = "", attributes: str = "") -> str:
    return f"<song {attributes}><properties>{properties}</properties><lyrics>{verses}</lyrics></song>"


def verse(name: str, *lines: str, attributes: str = "") -> str:
    return f'<verse name="{name}" {attributes}><lines>{"<br/>".join(lines)}</lines></verse>'


@given(st.lists(st.sampled_from("vcpbeio"), min_size=1, max_size=5), st.data())
@settings(max_examples=40)
def test_sections_come_in_the_order_that_the_song_says_if_it_makes_sense(
    letters: list[str], data: st.DataObject
) -> None:
    names = [f"{letter}{number}" for number, letter in enumerate(letters)]
    order = data.draw(st.lists(st.sampled_from([*names, "v9"]), max_size=6))
    found = openlyrics(song("".join(verse(n, n) for n in names), f"<verseOrder>{' '.join(order).upper()}</verseOrder>"))
    assert found.stanzas == tuple((NAMES[n[0]], (n,)) for n in names)
    places = [names.index(n) for n in order] if order and "v9" not in order else list(range(len(names)))
    assert found.sections == tuple((NAMES[letters[place]], (place,)) for place in places)


@pytest.mark.parametrize(
    ("attributes", "lines"),
    [
        ('lang="de"', ["Der Kessel"]),
        ('xml:lang="de"', ["Der Kessel"]),
        ('lang="fr"', ["The kettle"]),
        ("", ["The kettle"]),
    ],
)
def test_of_several_languages_it_is_the_songs_own_or_the_first(attributes: str, lines: list[str]) -> None:
    verses = verse("v1", "The kettle", attributes='lang="en"') + verse("v1", "Der Kessel", attributes='lang="de"')
    verses += verse("v1", "Za ketl", attributes='lang="en" translit="x"')
    assert openlyrics(song(verses, attributes=attributes)).lines == lines


def test_a_verse_without_a_language_is_of_any() -> None:
    verses = verse("v1", "The kettle", attributes='lang="en"') + verse("v2", "sings")
    assert openlyrics(song(verses)).lines == ["The kettle", "sings"]


def test_what_is_said_of_a_song_are_its_tags() -> None:
    said = (
        "<titles><title> </title><title>Ferry\n Road</title><title>Other</title></titles><tempo type='bpm'>96</tempo>"
        "<key>G</key><themes><theme>sea</theme><theme>night</theme></themes><timeSignature>3/4</timeSignature>"
    )
    found = openlyrics(song(verse("v1", "Row"), said), "file name")
    assert found.tags == {"title": "Ferry Road", "tempo": "96", "key": "G", "themes": "sea, night", "time": "3/4"}
    assert openlyrics(song(verse("v1", "Row")), "file name").tags == {"title": "file name"}


def test_ends_of_lines_are_where_it_says_and_not_where_the_file_has_them() -> None:
    text = "<verse name='v1'><lines>The\n kettle<br/>sings <tag name='x'>and\n<chord name='G'/>sings</tag>"
    text += "<comment>softly</comment> on</lines><lines>for <line>nobody</line><line>at all</line></lines></verse>"
    assert openlyrics(song(text)).lines == ["The kettle", "sings and sings on", "for nobody", "at all"]


def test_a_namespace_and_a_declaration_of_another_encoding_change_nothing() -> None:
    plain = song(verse("v1", "Été"))
    head = "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
    named = plain.replace("<song ", "<song xmlns='http://openlyrics.info/namespace/2009/song' ")
    assert openlyrics(head + plain) == openlyrics(plain) == openlyrics(named)


@pytest.mark.parametrize(
    "text", ["<?xml version='1.0'?>", "<song", "<!DOCTYPE html><html>", " <OpenSong>", "<score-partwise>"]
)
def test_any_xml_is_told_by_its_head(text: str) -> None:
    assert looks_like(text)
    assert not looks_like(f"Row me over {text}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<rss/>", "found a news feed"), ("<svg xmlns='x'/>", r"found a picture \(SVG\)"),
        ("<plist/>", "found a property list"),
        ("<museScore/>", "found a MuseScore score; export its lyrics as text"), ("<song></sing>", "does not parse"),
        ("<!doctype html><html>", r"found a web page \(HTML\)"),
        ("<!ENTITY x 'y'><song/>", "without a DOCTYPE, found one"),
    ],
)  # fmt: skip
def test_other_xml_is_named(text: str, found: str) -> None:
    with pytest.raises(FormatError, match=rf"^an OpenLyrics song.*{found}"):
        read_xml(text)


KINDS = {
    "V1": "verse",
    "C": "chorus",
    "B2": "bridge",
    "P": "pre-chorus",
    "T": "tag",
    "Outro": "outro",
    "X": "",
    "Hook 1": "hook",
}


@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=5))
@settings(max_examples=40)
def test_opensong_names_its_sections_by_a_letter_or_a_word(names: list[str]) -> None:
    text = "".join(f"[{name}]\n.G    Am\n Row_ me |o_ver &amp; on\n;softly\n---\n" for name in names)
    found, format_ = read_xml(f"<song><title>It</title><key>G</key><theme>sea</theme><lyrics>{text}</lyrics></song>")
    assert format_ == "OpenSong"
    assert found.stanzas == tuple((KINDS[name], ("Row me over & on",)) for name in names)
    assert found.tags == {"title": "It", "key": "G", "themes": "sea"}


@given(
    st.lists(
        st.lists(st.sampled_from(["Row me", "and home", "at six"]), min_size=2, max_size=2), min_size=1, max_size=9
    )
)
@settings(max_examples=30)
def test_verses_below_the_same_chords_are_parted_by_their_numbers(verses: list[list[str]]) -> None:
    rows = [f"{number}{sung[line]}" for line in range(2) for number, sung in enumerate(verses, 1)]
    text = escape("\n".join(["[V]", ".G  C", *rows]))
    found, _ = read_xml(f"<song><lyrics>{text}</lyrics></song>", "it")
    assert found.stanzas == tuple(("verse", tuple(sung)) for sung in verses)
    assert found.tags == {"title": "it"}
