"""ChordPro: what is sung is told from what is said of it, song by song."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import chordpro
from stagelyric.words.formats.as_chordpro import looks_like, songs

LINE = st.lists(st.sampled_from(["row", "me", "over", "Nobody", "owes", "é", "99"]), min_size=2, max_size=5).map(
    " ".join
)
SECTION = st.tuples(st.sampled_from(["verse", "chorus", "bridge"]), st.lists(LINE, min_size=1, max_size=3).map(tuple))
SONG = st.tuples(st.sampled_from(["Ferry Road", "Night Bus", "Kettle"]), st.lists(SECTION, min_size=1, max_size=3))
SHORT = {"verse": "v", "chorus": "c", "bridge": "b"}


@given(st.lists(SONG, min_size=1, max_size=3), st.sampled_from(["new_song", "ns", "NEW_SONG"]), st.booleans())
@settings(max_examples=40)
def test_a_songbook_is_read_song_by_song(
    book: list[tuple[str, list[tuple[str, tuple[str, ...]]]]], between: str, short: bool
) -> None:
    written = []
    for title, sections in book:
        rows = [f"{{t: {title}}}" if short else f"{{title:{title}}}"]
        for kind, lines in sections:
            begin, end = (f"so{SHORT[kind]}", f"eo{SHORT[kind]}") if short else (f"start_of_{kind}", f"end_of_{kind}")
            rows += [f"{{{begin}}}", *(f"[G]{line}[Am7]" for line in lines), f"{{{end}}}"]
        written.append("\n".join(rows))
    found = songs(f"\n{{{between}}}\n".join(written), "file name")
    assert [sheet.tags for sheet in found] == [{"title": title} for title, _ in book]
    assert [list(sheet.stanzas) for sheet in found] == [sections for _, sections in book]


@pytest.mark.parametrize(
    "said", ["{title: Ferry Road}", "{t:Ferry Road}", "{meta: title Ferry Road}", "{Title Ferry Road}"]
)
def test_the_files_name_is_the_title_only_of_a_song_that_has_none(said: str) -> None:
    assert chordpro(f"{said}\nRow me over", "03 ferry").tags == {"title": "Ferry Road"}
    assert chordpro("{artist: Nora}\nRow me over", "03 ferry").tags == {"title": "03 ferry", "artist": "Nora"}
    assert chordpro("Row me over").tags == {}
    assert [sheet.tags for sheet in songs("Row\n{ns}\nHome", "it")] == [{"title": "it"}, {}]


def test_what_is_said_twice_of_a_song_is_kept_twice() -> None:
    assert chordpro("{meta: artist Nora}\n{meta: artist: Tom}\nRow").tags == {
        "artist": "Nora, Tom"
    }  # fmt: skip


def test_what_is_for_one_language_voice_or_instrument_is_left_out() -> None:
    text = (
        "{title: Ferry}\n{title-es: Barca}\n{start_of_chorus-alto}\nOoh\n{end_of_chorus-alto}\n"
        "{start_of_tab}\nNot this\n{end_of_tab}\n{sov}\nRow me over\n{eov}\n{artist-es!: Nora}\n"
    )
    sheet = chordpro(text)
    assert sheet.lines == ["Row me over"]
    assert sheet.tags == {"title": "Ferry", "artist": "Nora"}


@pytest.mark.parametrize(
    ("directive", "kind"),
    [
        ("{start_of_pre-chorus}", "pre-chorus"), ("{start_of_part: Bridge 2}", "bridge"), ("{c: Chorus}", "chorus"),
        ('{start_of_section: label="Verse 3"}', "verse"), ("{comment: VERSE 2:}", "verse"), ("{sov: Bridge}", "verse"),
        ("{ci:Intro}", "intro"), ("[Bridge]", "bridge"),
    ],
)  # fmt: skip
def test_a_section_is_named_in_several_ways(directive: str, kind: str) -> None:
    assert chordpro(f"{{title: It}}\n{directive}\nRow me over").stanzas == ((kind, ("Row me over",)),)


@pytest.mark.parametrize(
    "said", ["{c: softly}", "{comment: Chorus of gulls}", "{new_page}", "{x_y: z}", "{}", "{define: G"]
)
def test_what_names_no_section_begins_none_and_is_not_sung(said: str) -> None:
    assert chordpro(f"{{soc}}\nRow me over\n{said}\nand home\n{{eoc}}").stanzas == (
        ("chorus", ("Row me over", "and home")),
    )


@pytest.mark.parametrize(
    ("written", "sung"),
    [
        (r"Caf\u00e9 noir", "Café noir"), (r"Caf\u{e9} noir", "Café noir"), (r"so\ud800 far", "so\ufffd far"),
        (r"so\u0000 far", "so\ufffd far"), ("Row \\\n   me over", "Row me over"), ("ri\\\n  ver", "river"),
        ("Row {x_y} me", "Row me"), ("[Am]Row[*Rit.] me", "Row me"), ("{c: soft} Row me", "Row me"),
        ("<i>Row</i> &amp; go", "Row & go"), ("{c: soft} # a remark", ""), ("[G] [C] [D]", ""), ("  # a remark", ""),
    ],
)  # fmt: skip
def test_a_line_is_read_without_its_marks(written: str, sung: str) -> None:
    assert chordpro(f"{{t: It}}\n{written}").lines == ([sung] if sung else [])


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("{title: It}", True), ("  {soc}  ", True), ("{start_of_anything}", True), ("{x_mine: 1}", True),
        ("{title: It} and home", False), ("{whatever: It}", False), ("Row {title: It}", False), ("{}", False),
    ],
)  # fmt: skip
def test_the_format_is_told_by_a_line_that_is_a_directive(line: str, known: bool) -> None:
    assert looks_like(f"Row me over\n{line}\nand home") == known


@given(st.text("{}[]:-#\\u\nsoc eotab", max_size=60))
@settings(max_examples=60)
def test_any_braces_give_at_least_one_song_of_tidy_lines(text: str) -> None:
    found = songs(text, "it")
    assert found
    for sheet in found:
        assert all(line and line == " ".join(line.split()) for line in sheet.lines)
    assert chordpro(text, "it") == found[0]
