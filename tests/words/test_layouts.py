"""A song comes back the same from every layout in which people keep songs: its stanzas, their kinds, its title."""

import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import MARKER, Sheet, chords, leftovers, parse

WORDS = re.findall(
    r"\w+",
    "kettle window river carries under morning Polly slowly lantern harbour nobody sings along between these wooden "
    "stairs before Saturday paper boats forgotten letters Marta mended",
)
KINDS = ("verse", "chorus", "bridge")
CHORDS = ("C", "G/B", "Am7", "F#m", "Dsus4", "Ebmaj7", "N.C.")
SITES = ("You might also like", "Share", "Submit Corrections", "See more", "Lyrics powered by Example")

lines = st.lists(st.sampled_from(WORDS), min_size=3, max_size=7).map(lambda words: " ".join(words).capitalize())
stanzas = st.tuples(st.sampled_from(KINDS), st.lists(lines, min_size=2, max_size=4).map(tuple))
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(lambda words: string.capwords(" ".join(words)))


@dataclass(frozen=True)
class Song:
    title: str
    stanzas: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def unnamed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The stanzas as a layout without headings has them."""
        return tuple(("", sung) for _, sung in self.stanzas)


songs = st.builds(Song, titles, st.lists(stanzas, min_size=2, max_size=4).map(tuple))
few = settings(max_examples=25)
draws = st.integers(0, 2**32).map(random.Random)


def only(name: str, text: str) -> Sheet:
    """The song of a text, which has no other."""
    found, _ = parse(name, text)
    assert len(found) == 1, found
    return found[0]


def with_chords(line: str, draw: random.Random) -> str:
    """A line with chords in brackets, at its beginning and inside its words."""
    at = sorted(draw.sample(range(len(line)), 2), reverse=True)
    for place in (*at, 0):
        line = f"{line[:place]}[{draw.choice(CHORDS)}]{line[place:]}"
    return line


def above(line: str, draw: random.Random) -> str:
    """The chords that stand above a line."""
    return "   ".join(draw.sample(CHORDS, 3)) + " " * draw.randrange(len(line))


@given(songs, draws, st.booleans())
@few
def test_from_chordpro(song: Song, draw: random.Random, short: bool) -> None:
    text = ["# ours", f"{{{'t' if short else 'title'}: {song.title}}}", "{key: G}", "{x_ours: 1}"]
    for kind, sung in song.stanzas:
        begin, end = (
            (f"{{so{kind[0]}}}", f"{{eo{kind[0]}}}") if short else (f"{{start_of_{kind}}}", f"{{END_OF_{kind}}}")
        )
        tab = ["{sot}", "e|--0--2--|", "Not sung at all", "{eot}"] if draw.random() < 0.3 else []
        text += [begin, *(with_chords(line, draw) for line in sung), "{c: softly}", end, *tab, ""]
    sheet = only("song.cho", "\n".join(text))
    assert sheet.stanzas == song.stanzas
    assert sheet.tags == {"title": song.title, "key": "G"}
    assert [numbers for _, numbers in sheet.sections] == [(number,) for number in range(len(song.stanzas))]


HEADINGS: dict[str, Callable[[str, int], str]] = {
    "brackets": lambda kind, number: f"[{kind.title()} {number}]",
    "with a singer": lambda kind, number: f"[{kind.title()} {number}: Marta & Polly]",
    "colon": lambda kind, number: f"{kind.title()} {number}:",
    "capitals": lambda kind, number: f"{kind.upper()} {number}",
    "stars": lambda kind, number: f"**{kind.title()} {number}**",
    "dashes": lambda kind, number: f"--- {kind.title()} ---",
    "markdown": lambda kind, number: f"## {kind.title()} {number}",
    "repeated": lambda kind, number: f"[{kind.title()}] (x2)",
}


@pytest.mark.parametrize("style", HEADINGS)
@given(songs, draws)
@few
def test_from_a_text_with_headings(style: str, song: Song, draw: random.Random) -> None:
    text: list[str] = []
    for number, (kind, sung) in enumerate(song.stanzas, 1):
        text.append(HEADINGS[style](kind, number))
        for line in sung:
            text += [*([above(line, draw)] if draw.random() < 0.5 else []), line + draw.choice(("", "", " (x2)", " ♪"))]
        text.append("")
    assert only("song.txt", "\n".join(text)).stanzas == song.stanzas


@given(songs, draws)
@few
def test_from_what_a_site_shows(song: Song, draw: random.Random) -> None:
    text = [f"{draw.randrange(2, 99)} Contributors{song.title} Lyrics"]
    for kind, sung in song.stanzas:
        text += [f"[{kind.title()}]", *sung, ""]
        text += [draw.choice(SITES)] if draw.random() < 0.5 else []
    text += [f"Nobody sings this to the end{draw.randrange(1, 99)}Embed"]
    sheet = only("page.txt", "\n".join(text))
    assert sheet.stanzas == (*song.stanzas, (song.stanzas[-1][0], ("Nobody sings this to the end",)))
    assert sheet.tags["title"] == song.title


@given(songs, st.booleans(), st.booleans())
@few
def test_from_song_selects_import_file(song: Song, titled: bool, numbered: bool) -> None:
    fields = "/t".join(
        f"{kind.title()} {number}" if numbered else kind.title() for number, (kind, _) in enumerate(song.stanzas)
    )
    words = "/t".join("/n".join(sung) for _, sung in song.stanzas)
    title = f"Title={song.title}\n" if titled else ""
    sheet = only("1234.usr", f"[File]\nType=SongSelect Import File\n[S A1234]\n{title}Fields={fields}\nWords={words}\n")
    assert sheet.stanzas == song.stanzas
    assert sheet.tags == ({"title": song.title} if titled else {})


def clock(seconds: float, form: str) -> str:
    minutes, rest = divmod(seconds, 60)
    return form.format(m=int(minutes), s=rest, ms=round(rest * 1000))


@given(songs, st.booleans(), draws)
@few
def test_from_lrc(song: Song, by_word: bool, draw: random.Random) -> None:
    now = map(float, count(12, 3))
    text = [f"[ti:{song.title}]", "[ar:Ours]", "[00:00.00]Lyrics by: somebody"]
    for _, sung in song.stanzas:
        for line in sung:
            words = (
                " ".join(f"<{clock(next(now), '{m:02d}:{s:05.2f}')}>{word}" for word in line.split())
                if by_word
                else line
            )
            text.append(f"[{clock(next(now), '{m:02d}:{s:05.2f}')}]{words}")
        text.append(f"[{clock(next(now), '{m:02d}:{s:05.2f}')}]")
    sheet = only("song.lrc", "\n".join(text))
    assert sheet.stanzas == song.unnamed
    assert (sheet.tags["title"], sheet.tags["artist"]) == (song.title, "Ours")


def cues(song: Song, point: str, numbered: bool) -> Iterator[str]:
    number, now = count(1), map(float, count(1, 4))
    form = "00:{m:02d}:{s:06.3f}"
    for _, sung in song.stanzas:
        begin = next(now)
        if numbered:
            yield str(next(number))
        yield f"{clock(begin, form)} --> {clock(begin + 3, form)}".replace(".", point)
        yield from (f"<i>{sung[0]}</i>", *sung[1:], "")


@given(songs, st.booleans())
@few
def test_from_subtitles(song: Song, web: bool) -> None:
    if web:
        text = ["WEBVTT - ours", "Kind: captions", "", "NOTE Nobody sings", "this remark", "", *cues(song, ".", False)]
    else:
        text = list(cues(song, ",", True))
    sheet = only(f"song.{'vtt' if web else 'srt'}", "\n".join(text))
    assert sheet.stanzas == song.unnamed


def openlyrics(song: Song, order: list[int]) -> str:
    names = [f"{kind[0]}{number}" for number, (kind, _) in enumerate(song.stanzas)]
    verses = "".join(
        f'<verse name="{name}" lang="en"><lines><chord name="C"/>{"<br/>".join(map(escape, sung))}</lines></verse>'
        f'<verse name="{name}" lang="de"><lines>Niemand singt</lines></verse>'
        for name, (_, sung) in zip(names, song.stanzas, strict=True)
    )
    told = " ".join(names[place] for place in order)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><song xmlns="http://openlyrics.info/namespace/2009/song" version="0.9">'
        f"<properties><titles><title>{escape(song.title)}</title></titles><verseOrder>{told}</verseOrder></properties>"
        f"<lyrics>{verses}</lyrics></song>"
    )


@given(songs, draws)
@few
def test_from_openlyrics_with_its_order_and_one_language(song: Song, draw: random.Random) -> None:
    order = [draw.randrange(len(song.stanzas)) for _ in range(draw.randrange(1, 8))]
    sheet = only("song.xml", openlyrics(song, order))
    assert sheet.stanzas == song.stanzas
    assert sheet.tags["title"] == song.title
    assert [numbers for _, numbers in sheet.sections] == [(place,) for place in order]


@given(songs, draws)
@few
def test_from_opensong(song: Song, draw: random.Random) -> None:
    text = []
    for number, (kind, sung) in enumerate(song.stanzas, 1):
        text.append(f"[{kind[0].upper()}{number}]")
        for line in sung:
            text += [f".{above(line, draw)}", f" {line.replace(' ', ' _ ', 1)}", "; softly"]
    lyrics = escape("\n".join(text))
    sheet = only(
        "song", f"<song><title>{escape(song.title)}</title><author>Ours</author><lyrics>{lyrics}</lyrics></song>"
    )
    assert sheet.stanzas == song.stanzas
    assert (sheet.tags["title"], sheet.tags["artist"]) == (song.title, "Ours")


@given(st.tuples(st.lists(lines, min_size=1, max_size=4), st.lists(lines, min_size=1, max_size=4)), st.integers(1, 9))
def test_opensongs_verses_that_share_their_chords_are_told_apart(
    both: tuple[list[str], list[str]], number: int
) -> None:
    size = min(map(len, both))
    one, two = both[0][:size], both[1][:size]
    text = "[V]\n" + "".join(f".C  G\n1{a}\n2{b}\n" for a, b in zip(one, two, strict=True))
    sheet = only("song", f"<song><title>T</title><lyrics>{escape(text)}</lyrics></song>")
    assert sheet.stanzas == (("verse", tuple(one)), ("verse", tuple(two)))


@given(st.lists(songs, min_size=1, max_size=3))
@few
def test_songs_of_one_file_are_parted_by_their_markers(several: list[Song]) -> None:
    text = "".join(
        f"{MARKER}{song.title}\n" + "".join("\n".join(sung) + "\n\n\n" for _, sung in song.stanzas) for song in several
    )
    found, format_ = parse("ours.txt", text)
    assert format_ == "plain text"
    assert [(sheet.tags["title"], sheet.stanzas) for sheet in found] == [(song.title, song.unnamed) for song in several]


@given(songs, st.sampled_from(["\n\n", "\nby Polly Magnet\n\n"]), st.sampled_from(["03 - ", "12. ", ""]))
@few
def test_a_title_above_the_words_is_not_sung(song: Song, below: str, track: str) -> None:
    body = "\n\n".join("\n".join(sung) for _, sung in song.stanzas)
    sheet = only(f"{track}{song.title.lower()}.txt", f"{song.title}{below}{body}\n")
    assert sheet.stanzas == song.unnamed
    assert sheet.tags["title"] == song.title


@given(songs)
@few
def test_a_title_that_a_song_sings_is_sung_where_it_is_a_line_of_the_stanza(song: Song) -> None:
    first = song.stanzas[0][1][0]
    sheet = only("other name.txt", "\n\n".join("\n".join(sung) for _, sung in song.stanzas))
    assert sheet.lines[0] == first


# What is not sung


@given(st.lists(st.sampled_from(CHORDS), min_size=2, max_size=8), st.sampled_from([" ", "   ", " | ", " - "]))
def test_a_line_of_chords_is_certain_and_a_line_of_words_is_not(row: list[str], between: str) -> None:
    assert chords.strength(between.join(row)) == 2
    assert chords.strength(f"{between.join(row)} along the river") == 0


@given(lines)
def test_words_are_neither_chords_nor_a_tab(line: str) -> None:
    assert chords.strength(line) == 0
    assert not chords.is_tab(line)


@pytest.mark.parametrize(
    "line",
    ["e|---0---2-|", "B|-1-1-|-3-3-|", "HH|x-x-x-x-|", "1 + 2 + 3 + 4 +", "1 & 2 & 3 e & a 4", "|--5h7p5--|  x2"],
)
def test_a_row_of_a_tab_is_known(line: str) -> None:
    assert chords.is_tab(line)


@pytest.mark.parametrize(
    ("line", "strength"),
    [
        ("I IV V I", 2), ("ii7 V7 Imaj7", 2), ("I I I", 0), ("1 4 5 1", 1), ("1 2 3 4", 0), ("Do re mi", 0),
        ("DO   SOL   LA-", 2), ("A B C D", 1), ("A B C D A", 2), ("G", 1), ("A", 1), ("A  ", 1), ("  A", 2),
        ("E A D G B e", 2), ("A man", 0), ("Am I", 0), ("Be", 0), ("C'mon", 0),
    ],
)  # fmt: skip
def test_how_sure_a_line_of_chords_is(line: str, strength: int) -> None:
    assert chords.strength(line) == strength


@given(lines, st.sampled_from(["x2", "(x3)", "[2x]", "(repeat)", "×4", "(bis)", "(fade out)", "(three times)"]))
def test_marks_of_repetition_are_not_sung(line: str, mark: str) -> None:
    assert leftovers.sung(f"{line} {mark}") == line
    assert leftovers.sung(f"|: {line} :| {mark}") == line


@given(st.lists(st.sampled_from(["Hal-le-lu-jah", "har - bor", "wal-kin-g"]), min_size=1, max_size=3))
def test_syllables_parted_for_the_notes_are_joined(parted: list[str]) -> None:
    assert "-" not in leftovers.sung(" ".join(parted).replace("-", " - ").replace("  ", " "))


@pytest.mark.parametrize("line", ["a rain-wet quay", "up - and down", "twenty-one", "a well-worn coat"])
def test_hyphens_of_words_stay(line: str) -> None:
    assert leftovers.sung(line) == line


@pytest.mark.parametrize(
    ("line", "head", "found"),
    [
        ("Key: G", True, ("key", "G")), ("Tempo: 120 bpm", False, ("tempo", "120 bpm")), ("Capo 3", False, ("", "")),
        ("capo: none", False, ("capo", "none")), ("Time: 4/4", True, ("time", "4/4")),
        ("Words by Polly Magnet", False, ("", "")), ("© 1967 Ours", False, ("", "")),
        ("Title: the king said", False, None), ("Time: the old man said", False, None), ("The key: of G", True, None),
    ],
)  # fmt: skip
def test_what_is_said_of_a_song(line: str, head: bool, found: tuple[str, str] | None) -> None:
    assert leftovers.said(line, head) == found


@given(st.text(max_size=120), st.sampled_from(["", "a.txt", "a.cho", "a.lrc", "a.srt", "a.usr"]))
def test_any_text_is_read_and_what_is_sung_is_what_stands_in_it(text: str, name: str) -> None:
    found, _ = parse(name, text)
    assert found
    for sheet in found:
        assert all(line == line.strip() and "\n" not in line and line for line in sheet.lines)
        assert all(number < len(sheet.stanzas) for _, numbers in sheet.sections for number in numbers)
        assert all(stanza for _, stanza in sheet.stanzas)
