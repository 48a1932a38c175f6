"""Only what is sung is read, from every format, with the kinds that headings tell."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import FormatError, chordpro, guessed, lrc, openlyrics, parse, plain, read_sheet

WORDS = [
    "the",
    "lantern",
    "went",
    "down",
    "harbour",
    "and",
    "nobody",
    "knew",
    "Nora",
    "river",
    "kettle",
    "sings",
    "away",
    "tonight",
    "barber",
    "bell",
    "everybody",
    "rain",
]
LINE = st.lists(st.sampled_from(WORDS), min_size=3, max_size=7).map(" ".join)
STANZA = st.lists(LINE, min_size=1, max_size=4)
KIND = st.sampled_from(["verse", "chorus", "bridge", "pre-chorus", "outro"])
SONG = st.lists(st.tuples(KIND, STANZA), min_size=1, max_size=5)
CHORDS = st.sampled_from(
    [
        "G",
        "Am",
        "C/G",
        "F#m7b5",
        "Bb",
        "Dsus4",
        "N.C.",
        "Em7",
        "Cadd9",
        "E+",
        "A7(#9)",
        "Gdim",
        "D/F#",
        "Hm",
        "Cmaj7",
        "x2",
    ]
)
NUMBERS = st.integers(1, 9)


def stanzas(song: list[tuple[str, list[str]]]) -> list[tuple[str, tuple[str, ...]]]:
    return [(kind, tuple(lines)) for kind, lines in song]


@st.composite
def chord_lines(draw: st.DrawFn) -> str:
    chords = [draw(CHORDS), "Am7", *draw(st.lists(CHORDS, max_size=4))]
    gaps = [" " * draw(st.integers(1, 12)) for _ in chords]
    return "".join(gap + chord for gap, chord in zip(gaps, chords, strict=True))[draw(st.integers(0, 1)) :]


@settings(max_examples=40, deadline=None)
@given(SONG, st.data())
def test_plain_text_with_chords_headings_and_tabs(song: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    rows = []
    for kind, lines in song:
        name = kind.title()
        number = data.draw(NUMBERS)
        heading = data.draw(
            st.sampled_from(
                [f"[{name} {number}]", f"{name} {number}:", f"[{name}: Nora & Tom]", f"{name.upper()} {number}",
                 f"({name})", f"[{name}] x2", f"**{name} {number}**", f"## {name} {number}", f"{name} {number} (x2)",
                 f"<b>{name} 1</b>"]
            )
        )  # fmt: skip
        rows += ["", heading]
        for line in lines:
            if data.draw(st.booleans()):
                rows.append(data.draw(chord_lines()))
            rows.append(line + data.draw(st.sampled_from(["", "", " (x2)", " [x3]", " x2"])))
        if data.draw(st.booleans()):
            rows += ["e|---3---0-2-|", "B|--1h3-1---|", "| G . . . | C . . . |"]
    assert list(plain("\n".join(rows)).stanzas) == stanzas(song)


@settings(max_examples=40, deadline=None)
@given(SONG, st.booleans(), st.data())
def test_lrc_with_times_anywhere(song: list[tuple[str, list[str]]], enhanced: bool, data: st.DataObject) -> None:
    rows, second = ["[ar:A Band]", "[offset:+250]"], 0.0

    def stamp(brackets: str = "[]") -> str:
        nonlocal second
        second += data.draw(st.floats(1.1, 2000, allow_nan=False))
        minutes, rest = divmod(second, 60)
        hours, minutes = divmod(int(minutes), 60)
        form = data.draw(st.sampled_from(["{m:02d}:{s:05.2f}", "{m:02d}:{s:02.0f}", "{m:d}:{s:06.3f}"]))
        written = form.format(m=int(minutes), s=min(rest, 59.4))
        return brackets[0] + (f"{hours}:{int(minutes):02d}:{min(rest, 59.4):05.2f}" if hours else written) + brackets[1]

    for kind, lines in song:
        rows.append(
            data.draw(
                st.sampled_from([f"[{kind.title()}]", f"{stamp()}[{kind.title()} 2]", f"{stamp()} {kind.title()}:"])
            )
        )
        for line in lines:
            cuts = sorted(data.draw(st.sets(st.integers(1, len(line) - 1), max_size=5))) if enhanced else []
            whole, last = stamp(), 0
            brackets = data.draw(st.sampled_from(["<>", "[]"]))
            for cut in cuts:
                whole += line[last:cut] + stamp(brackets)
                last = cut
            rows.append(whole + line[last:])
    assert list(lrc("\n".join(rows)).stanzas) == stanzas(song)


@settings(max_examples=40, deadline=None)
@given(SONG, st.data())
def test_chordpro_with_directives_anywhere(song: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    noise = st.sampled_from(
        ["# a remark", "{title-es: Que llueva}", "{+pdf.fonts.text.size: 14}", "{x_my_key: 12}", "{new_page}",
         "{start_of_tab}\ne|--0--|\n{end_of_tab}", "{sog: Grid}\n| G . . . |\n{eog}", "{define: G frets 3 2 0 0 0 3}",
         "{start_of_delegate}\nX:1\n{end_of_delegate}", "{chorus}",
         "{start_of_verse-fr}\nQue la pluie tombe ce soir\n{end_of_verse-fr}",
         "{comment: softly}", "[Am] [G/B] [C]", "{capo: 2}", "{}", "{ key: C }"]
    )  # fmt: skip
    rows = ["{title: Made Up}"]
    for kind, lines in song:
        rows.append(
            f"{{start_of_{kind}}}"
            if data.draw(st.booleans())
            else f"{{sov: {kind}}}"
            if kind == "verse"
            else f'{{start_of_{kind}: label="X"}}'
        )
        for line in lines:
            at = data.draw(st.integers(0, len(line)))
            rows.append(line[:at] + data.draw(st.sampled_from(["[Em7]", "[*Rit.]", "[|]", "", "[D/F#]"])) + line[at:])
            if data.draw(st.booleans()) and " " in line:
                head, _, tail = rows[-1].rpartition(" ")
                rows[-1] = f"{head} \\\n     {tail}" if "[" not in tail or "]" in tail else rows[-1]
        rows += [f"{{end_of_{kind}}}", data.draw(noise)]
    assert list(chordpro("\n".join(rows)).stanzas) == stanzas(song)


@settings(max_examples=40, deadline=None)
@given(SONG)
def test_openlyrics_and_opensong_say_the_same(song: list[tuple[str, list[str]]]) -> None:
    letters = {"verse": "v", "chorus": "c", "bridge": "b", "pre-chorus": "p", "outro": "e"}
    ending = [("ending" if kind == "outro" else kind, lines) for kind, lines in song]
    verses, body = "", ""
    for number, (kind, lines) in enumerate(song, 1):
        words = "<br/>".join(escape(line).replace(" ", ' <chord name="G"/>', 1) for line in lines)
        verses += f'<verse name="{letters[kind]}{number}"><lines>{words}</lines></verse>'
        verses += f'<verse name="{letters[kind]}{number}" lang="de"><lines>Ganz etwas anderes</lines></verse>'
        body += f"[{letters[kind].upper()}{number % 10}]\n"
        body += "".join(f".G   Am\n {escape(line)}\n" for line in lines) + ";remark\n"
    head = '<song xmlns="http://openlyrics.info/namespace/2009/song" version="0.9"><properties/>'
    text = f"{head}<lyrics>{verses}</lyrics></song>"
    assert list(openlyrics(text).stanzas) == stanzas(ending)
    sheet = read_sheet("it.xml", f"<?xml version='1.0'?><song><title>A</title><lyrics>{body}</lyrics></song>")
    assert list(sheet.stanzas) == stanzas(ending)


@given(STANZA)
@example(["Our Do re mi", "A B C, easy as one two three", "I am the Lord of A", "Add up the Dim and the Fine", "Go"])
@example(
    [
        "You might also like the rain",
        "Written on the wall by Nora",
        "The bridge is down",
        "Emma",
        "Bridge over Water Street",
    ]
)
@example(
    ["oh-oh-oh-oh", "No-no-no-no", "1967 was long ago", "99 red balloons", "A rain-wet quay", "I'm a - coming home"]
)
def test_sung_lines_stay_as_they_are(lines: list[str]) -> None:
    assert guessed("\n".join(lines)).lines == lines


@pytest.mark.parametrize(
    "line",
    [
        "[Instrumental]", "(Guitar Solo)", "Capo 2", "Capo: 3rd fret", "Key: G", "Tempo: 96",
        "http://lyrics.example/1",
        "© 1999 Some Songs Ltd", "All rights reserved.", "You might also like", "57Embed", "Embed", "♪ ♫", "-----",
        "[?]",         "1 + 2 + 3 + 4 +", "HH|x-x-x-x-|",
        "E|-----------|", "   Em               C", "G", "N.C.", "[G] [C] [D]", "* * *",
        "LAm   REm   SOL7", "| % | % |", "Repeat Chorus", "(x2)", "Lyrics by Nora Body", "Writer(s): Nora Body",
        "Source: Musixmatch", "Chords: G C D", "<br>", "&nbsp;", "Intro: G C D G",
        "**Bridge**", "- Chorus -", "=Verse 1=", "Verse One", "1st Verse", "Pre-Chorus", "Instrumental break", "x2",
        "H7   Esus   Cis", "E A D G B e", "C*  G*   Am~", "I IV V I", "1 4 5 1", "3.1KEmbed", "by LyricsForAll.com",
        "Read More About This Song",
    ],
)  # fmt: skip
def test_what_is_not_sung_stays_out(line: str) -> None:
    text = f"[Verse 1]\nAm7      G\nThe kettle sings\n{line}\nAnd nobody knew"
    assert plain(text).lines == ["The kettle sings", "And nobody knew"]


def test_a_text_without_any_other_heading() -> None:
    """What tells it apart is in the line alone."""
    words = ["The kettle sings", "And nobody knew"]
    for line in ("**Bridge**", "- Chorus -", "Verse One", "Pre-Chorus", "E A D G B e", "I IV V I", "Kettle Lyrics"):
        assert plain("\n".join([line, *words])).lines == words, line
    for line in ("I I I", "1 2 3 4", "- oh no -", "**loud**", "His Des", "Bridge", "I sing the Lyrics"):
        found = plain("\n".join([*words, line])).lines
        assert found[:2] == words, line
        assert len(found) == 3, line


def test_chords_in_round_brackets_and_a_licence_right_below_the_words() -> None:
    assert plain("(Am)The ket(F)tle sings\nAnd (C)nobody knew (quietly)").lines == [
        "The kettle sings", "And nobody knew (quietly)",
    ]  # fmt: skip
    assert plain("(A)lone in here").lines == ["(A)lone in here"]
    assert plain("The kettle sings\nAnd nobody knew by the road\nCCLI Song # 12345").lines == [
        "The kettle sings", "And nobody knew by the road",
    ]  # fmt: skip


def test_a_lyric_sites_copy() -> None:
    text = (
        "12 ContributorsTranslationsEspañolDeutschTin Road Lyrics[Verse 1: Nora]\nWalking down the road\n"
        "You might also like[Chorus: Nora & Tom]\nHey, don't you cry\nSee Nora LiveGet tickets as low as $50"
        "You might also likeThe tide is on your side3.2KEmbed"
    )
    assert plain(text).stanzas == (
        ("verse", ("Walking down the road",)),
        ("chorus", ("Hey, don't you cry", "The tide is on your side")),
    )
    assert plain(text).tags["title"] == "Tin Road"


def test_song_select() -> None:
    text = (
        "Made Up Grace\n\n\nVerse 1\nThe kettle sings for me\nAnd nobody knew\n\n\nChorus 1\nRing the bell\n"
        "\n\nMisc 1\nAway\n\n\n"
        "Nora Body | Tom Body\nCCLI Song # 1234567\n© 1999 Some Songs\nFor use solely with the SongSelect® Terms of"
        " Use. All rights reserved. www.ccli.com\nCCLI License # 7654321\n"
    )
    songs, _ = parse("it.txt", text)
    assert [song.stanzas for song in songs] == [
        (("verse", ("The kettle sings for me", "And nobody knew")), ("chorus", ("Ring the bell",)), ("tag", ("Away",)))
    ]
    assert songs[0].tags["title"] == "Made Up Grace"
    usr = "[File]\nType=SongSelect Import File\nTitle=Made Up\n"
    usr += "Fields=Verse 1/tChorus\nWords=One line here/nAnother/tRing it\n"
    assert parse("it.usr", usr)[0][0].stanzas == (("verse", ("One line here", "Another")), ("chorus", ("Ring it",)))


VERSES = "The gulls have had the bread\nAnd Ruth is late again\n\nDown on Ferry Road\nNobody owes\n"


@pytest.mark.parametrize("below", ["\n\n", "\n\n\n", "\nby The Magnets\n\n", "\n==========\n", "\n"])
@pytest.mark.parametrize("above", ["Ferry Road", "FERRY ROAD!", "Ferry road - The Magnets"])
@pytest.mark.parametrize("name", ["Ferry Road.txt", "03-ferry_road.txt", "The Magnets - Ferry Road.txt"])
def test_a_title_above_the_words_is_not_sung(name: str, above: str, below: str) -> None:
    (sheet,), _ = parse(name, above + below + VERSES)
    assert sheet.text == VERSES.strip()
    assert sheet.tags["title"] == above
    assert [numbers for _, numbers in sheet.sections] == [(0,), (1,)]


@pytest.mark.parametrize(
    ("first", "below"),
    [
        ("The gulls came in,", "\n\nand left again\nby noon\n"),
        ("One line", "\n\nTwo lines\n\nThree\n"),
        ("Nobody ever tells me when it is time to go", "\n\nand so I stay\nall night\n"),
        ("Ferry Road", "\nNobody owes\n"),
        ("Alone", "\n"),
    ],
)
def test_a_first_line_that_may_be_sung_is_kept(first: str, below: str) -> None:
    (sheet,), _ = parse("song 3.txt", first + below)
    assert sheet.lines[0] == first
    assert "title" not in sheet.tags


def test_titles_that_stand_apart_name_the_songs_below_them() -> None:
    songs, _ = parse("all.txt", "Night Bus\n\n\nI caught it\nat nine\n\n\nFerry Road\n\nNobody\nowes\n")
    assert [(song.tags["title"], song.lines) for song in songs] == [
        ("Night Bus", ["I caught it", "at nine"]), ("Ferry Road", ["Nobody", "owes"]),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x.cho", "x.lrc", "x.xml"])
def test_a_title_that_is_said_is_not_sung_either(name: str) -> None:
    text = {
        "x.cho": "{title: Ferry Road}\n\nFerry Road\n\n[G]Nobody\nowes\n",
        "x.lrc": "[ti:Ferry Road]\n[00:00.50]Ferry Road\n[00:01.00]\n[00:02.00]Nobody\n[00:03.00]owes\n",
        "x.xml": "<song><title>Ferry Road</title><lyrics> Ferry Road\n\n Nobody\n owes\n</lyrics></song>",
    }[name]
    assert read_sheet(name, text).lines == ["Nobody", "owes"]


def test_subtitles_markup_and_entities() -> None:
    text = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<i>The kettle</i> sings &amp; sings\n\n2\n"
    text += "00:00:04.000 --> 00:00:06.000\nDon&#39;t<br>go"
    assert guessed(text).lines == ["The kettle sings & sings", "Don't", "go"]


def test_what_webvtt_says_besides_its_words() -> None:
    text = "WEBVTT - a night\nKind: captions\n\nNOTE\nnot sung\neither\n\nSTYLE\n::cue { color: red }\n\n"
    text += "1\n00:01.000 --> 00:02.000 align:start\n<v Nora>The <00:01.500>kettle sings</v>\n"
    assert guessed(text).lines == ["The kettle sings"]


def test_a_translation_at_the_same_time_is_no_line_of_the_song() -> None:
    text = "[00:01.00]The kettle sings\n[00:01.00]Der Kessel singt\n"
    text += "[00:03.00]And nobody knew\n[00:03.00]Und keiner wusste es"
    assert lrc(text).lines == ["The kettle sings", "And nobody knew"]


def test_the_format_is_told_by_what_is_in_a_file_whatever_its_name() -> None:
    assert parse("it.txt", "[00:01.00]The kettle sings\n[00:02.00]On")[1] == "LRC"
    assert parse("it.lrc", "{title: It}\nThe [G]kettle sings")[1] == "ChordPro"
    assert parse("it.txt", "<song><lyrics>[V1]\n The kettle</lyrics></song>")[1] == "OpenSong"
    assert (
        parse("it.cho", "<song><properties/><lyrics><verse><lines>It is</lines></verse></lyrics></song>")[1]
        == "OpenLyrics"
    )
    assert parse("it.lrc", "[Verse 1]\nThe kettle sings")[0][0].stanzas == (("verse", ("The kettle sings",)),)


def test_a_word_parted_for_its_notes_is_one_word() -> None:
    assert plain("Hal - le - lu - jah she was wal-kin-g").lines == ["Hallelujah she was walking"]


@given(st.text(max_size=300), st.sampled_from(["a.txt", "a.lrc", "a.cho", "a.usr"]))
def test_no_text_is_too_odd_to_be_read(text: str, name: str) -> None:
    try:
        songs, _ = parse(name, text)
    except FormatError:
        assert text.lstrip()[:1] == "<"  # nothing else says of itself that it is a format and is not
    else:
        assert all(line == " ".join(line.split()) and line for song in songs for line in song.lines)
