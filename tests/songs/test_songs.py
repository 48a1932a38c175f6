"""What is found in a band's songs: order, titles, sections, syllables, rhymes, names, themes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.phrasebook import near_themes
from stagelyric.songs import form, reading, subject
from stagelyric.types import paths
from stagelyric.types.lines import Scheme
from stagelyric.words import formats, lexicon

SONGBOOK = Path(__file__).parents[2] / "models" / "songbook"
ENDS = {
    "A": ("rain", "train", "plane", "chain"),
    "B": ("door", "floor", "shore", "four"),
    "C": ("hat",),
    "D": ("milk",),
}


@pytest.fixture(scope="module")
def songbook() -> reading.Reading:
    return reading.read([SONGBOOK])


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("03-harbour_lights", "Harbour Lights"),
        ("12 Night Bus", "Night Bus"),
        ("1. snow", "Snow"),
        ("99 red things", "Red Things"),
        ("1967", "1967"),
        ("McGraw and I", "McGraw and I"),
        ("don't-go", "Don't Go"),
    ],
)
def test_a_title_comes_from_a_files_name(stem: str, title: str) -> None:
    assert reading.title_of(stem) == title


def test_files_come_in_the_order_of_their_numbers_and_what_is_no_song_is_said(tmp_path: Path) -> None:
    for name in ("10 last.txt", "2 middle.txt", "1 first.txt"):
        (tmp_path / name).write_text("a line of words\nand another one\n")
    (tmp_path / "3 empty.txt").write_text("\n")
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8")
    found = reading.read([tmp_path])
    assert [song.title for song in found.songs] == ["First", "Middle", "Last"]
    assert [file.name for file in found.refused] == ["3 empty.txt"]


def test_what_a_file_says_of_its_song_is_taken_if_it_can_be(tmp_path: Path) -> None:
    song = "{title: Ferry}\n{tempo: 96 bpm}\n{time: 3/4}\n{key: Em}\n\nwords here\nand there\n"
    (tmp_path / "a.cho").write_text(song)
    (tmp_path / "b.cho").write_text("{title: Fast}\n{tempo: allegro}\n{time: often}\n\nwords here\nand there\n")
    ferry, fast = reading.read([tmp_path]).songs
    assert (ferry.title, ferry.tempo, ferry.time, ferry.key, ferry.titled) == ("Ferry", 96.0, "3/4", "Em", True)
    assert (fast.tempo, fast.time, fast.key) == (None, None, None)


def test_sections_are_as_the_sheet_has_them() -> None:
    sheet = formats.guessed(
        "[Verse 1]\nrain on the door\nfour on the floor\n\n[Chorus]\nlet it rain\non the train\n\n"
        "[Verse 2]\nhats and milk\nsilk\n\n[Chorus]\n\n[Solo]\n\n[Bridge]\na hat\n"
    )
    parts = form.parts(sheet)
    assert [part.name for part in parts] == ["verse", "chorus", "verse", "chorus", "bridge"]
    assert all(part.sure for part in parts)
    assert parts[3].lines == ()  # named only
    assert (parts[3].rhyme, parts[3].syllables) == (parts[1].rhyme, parts[1].syllables)


def test_without_headings_what_comes_again_is_the_chorus() -> None:
    parts = form.parts(
        formats.guessed("one two\nthree four\n\nla la la\nla li\n\nfive six\nseven\n\nLa, la la\nla li!\n")
    )
    assert [part.name for part in parts] == ["verse", "chorus", "verse", "chorus"]
    assert not any(part.sure for part in parts)


@given(st.sampled_from(["AABB", "ABAB", "ABCB", "AAAA"]), st.integers(1, 3), st.integers(0, 1000))
def test_a_scheme_that_is_there_is_found(scheme: Scheme, stanzas: int, seed: int) -> None:
    lines = []
    for number in range(stanzas):
        used = {"A": seed + number, "B": seed // 7 + number, "C": 0}
        stanza = []
        for letter in scheme:
            stanza.append(f"we went along the {ENDS[letter][used[letter] % len(ENDS[letter])]}")
            used[letter] += 1
        lines.append(stanza)
    assert form.scheme(lines) == scheme


def test_lines_that_rhyme_with_none_are_free() -> None:
    assert form.scheme([["the hat", "the milk", "a window", "the orange"]]) == "free"
    assert form.scheme([["alone"]]) == "free"


@given(st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=9), max_size=4))
def test_any_lines_have_a_form_that_a_section_may_ask_for(stanzas: list[list[str]]) -> None:
    low, high = form.syllables(stanzas)
    assert 1 <= low < high <= 40
    assert form.scheme(stanzas) in ("AABB", "ABAB", "ABCB", "AAAA", "free")


def test_the_songbooks_schemes_are_measured_right(songbook: reading.Reading) -> None:
    """Against what the songs' writers say in their tags."""
    right = wrong = 0
    for song in songbook.songs:
        said = dict(re.findall(r"(\w+)=(\w+)", song.sheet.tags.get("scheme", "")))
        for name, scheme in {part.name: part.rhyme for part in form.parts(song.sheet)}.items():
            if name in said:
                right += said[name].removeprefix("none") in (scheme, scheme.upper())
                wrong += said[name] not in (scheme, scheme.upper())
    assert right > 1000
    assert right / (right + wrong) >= 0.95


def test_every_song_of_the_songbook_has_title_tempo_and_sections(songbook: reading.Reading) -> None:
    assert len(songbook.songs) > 500
    assert not songbook.refused
    assert all(song.titled and song.tempo and form.parts(song.sheet) for song in songbook.songs)


def test_names_are_people_and_places_and_not_what_begins_a_quotation() -> None:
    sheet = formats.guessed(
        'I saw Polly Magnet at the bar in Leith\nand "Guess," said Polly, "who came back to Leith?"\n'
        "we laughed with Polly till the walls came down\nand then I took the train from Leith to town\n"
    )
    assert subject.names(sheet, subject.names_of([sheet])) == (("Polly Magnet",), ("Leith",))


def test_words_all_in_capitals_name_nobody() -> None:
    sheet = formats.guessed(
        "I Went Down To The River Today\nAnd I Saw The Water Go Away\nThe Stones Were Cold And Grey\n"
    )
    assert subject.names(sheet, subject.names_of([sheet])) == ((), ())


def test_themes_are_what_words_speak_for_and_nouns_that_come_again() -> None:
    folder = paths.frames()
    assert folder is not None
    table = near_themes.load(folder / near_themes.FILE)
    sheet = formats.guessed(
        "umbrellas in the puddles\nthe gutter and the drain\nmy giraffe is getting soaked\nmy giraffe is in the rain\n"
    )
    found = subject.themes("Wet", sheet, [], table)
    assert found[0][0] == "rain"
    assert len(found[0][1]) >= 2
    assert "giraffe" in [theme for theme, _ in found]


def test_variety_counts_a_line_that_comes_again_once() -> None:
    assert subject.variety(["harbour rain", "harbour rain"]) == 1.0
    assert subject.variety(["harbour harbour", "harbour again, harbour"]) < 0.5


NOUNS = ("kettle", "window", "ladder", "letter", "engine", "pocket", "candle", "bottle", "shadow", "button")
VERBS = ("holds", "paints", "mends", "borrows", "carries", "opens", "follows", "watches", "counts", "paid for")


@st.composite
def written_down(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A song as a band writes it down, without headings: verses, a chorus that comes again with a word changed, chords,
    tabs, directions; and the kinds of its sections."""
    who = iter(draw(st.permutations([f"{a} {b} {c}" for a in ("my", "the") for b in VERBS for c in NOUNS])))
    chorus = [f"oh {next(who)} all the way tonight {next(who)}" for _ in range(draw(st.integers(2, 4)))]
    times = draw(st.integers(2, 3))
    parts, kinds = list[str](), list[str]()
    for _ in range(times):
        verse = [f"{next(who)} by {next(who)}" for _ in range(draw(st.integers(2, 4)))]
        again = [line.replace("tonight", draw(st.sampled_from(["tonight", "today"]))) for line in chorus]
        for kind, lines in (("verse", verse), ("chorus", again)):
            above = draw(st.sampled_from(["", "Em      C    G\n", "(softly)\n", "e|--0--2--3--|\nB|--1-----3--|\n"]))
            parts.append(above + "\n".join(lines) + draw(st.sampled_from(["", " x2", " (x2)", "\n(claps)"])))
            kinds.append(kind)
        if draw(st.booleans()):
            parts.append(draw(st.sampled_from(["(count in)", "e|--0--2--3--|\nB|--1-----3--|", "G  D  Em  C"])))
    return "\n\n".join(parts) + "\n", kinds


@given(written_down())
def test_a_song_without_headings_is_verses_and_the_chorus_that_comes_again(song: tuple[str, list[str]]) -> None:
    text, kinds = song
    (sheet,), _ = formats.parse("song.txt", text)
    parts = form.parts(sheet)
    assert [part.name for part in parts] == kinds
    assert all(("oh " in line) == (part.name == "chorus") for part in parts for line in part.lines)
    assert not re.search(r"x2|claps|softly|count in|--", " ".join(sheet.lines))


@pytest.mark.parametrize("mark", ["[Repeat chorus]", "(repeat chorus)", "[Chorus x2]"])
def test_a_chorus_that_is_only_meant_is_found(mark: str) -> None:
    verse, chorus, other = (
        "I caught the last bus\nout of town",
        "oh the long way\nhome again",
        "Doreen left\non the train",
    )
    (sheet,), _ = formats.parse(
        "song.txt", f"{verse}\n\n{chorus}\n\n{other}\n\n{mark}\n\n(instrumental)\n\nLast of all\nthe rain\n"
    )
    parts = form.parts(sheet)
    assert [(part.name, bool(part.lines)) for part in parts][:4] == [
        ("verse", True), ("chorus", True), ("verse", True), ("chorus", False),
    ]  # fmt: skip
    assert next(part.lines[:1] for part in parts if part.name == "chorus") == ("oh the long way",)


@given(st.permutations(["Polly ties the boat", "Tamsin sold her old guitar", "Ingrid wrote to him in May"]))
def test_names_are_found_at_the_beginnings_of_lines(lines: list[str]) -> None:
    words = lexicon.in_lower_case(paths.find_model("transformer") / lexicon.FILE)
    others = [
        "Slowly comes the rain",
        "Cameras flash and nobody said",
        "Running is the river",
        "Kettles whistled",
        "Row, row",
    ]
    text = "\n".join([*others, *lines, *others])
    (sheet,), _ = formats.parse("song.txt", text)
    found = subject.names_of([sheet], words.__contains__)
    assert found.people == {"polly", "tamsin", "ingrid"}
    (small,), _ = formats.parse("song.txt", f"{text}\nA polly and a tamsin")
    assert subject.names_of([small], words.__contains__).people == {"ingrid"}
