"""Headings are told from sung words, in brackets and without, and say what kind of section follows."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats.headings import bare, bracketed, is_verse_number, kind_of, short, unframed

NAMED = {
    "Verse": "verse", "Strophe": "verse", "Estrofa": "verse", "Pre-Chorus": "pre-chorus", "Pre Chorus": "pre-chorus",
    "Post-Chorus": "post-chorus", "Chorus": "chorus", "Refrain": "chorus", "Estribillo": "chorus", "Refrão": "chorus",
    "Bridge": "bridge", "Middle 8": "bridge", "Brücke": "bridge", "Intro": "intro", "Outro": "outro", "Coda": "outro",
    "Fade-out": "outro", "Hook": "hook", "Guitar Solo": "interlude", "Instrumental": "interlude",
    "Breakdown": "interlude", "Tag": "tag", "Spoken": "spoken", "Rap": "spoken", "Part": "part",
}  # fmt: skip
NAME = st.sampled_from(sorted(NAMED))
NUMBER = st.sampled_from(["", " 1", " 2a", " II", " #3", " two", " 4", " x2", " (x3)"])
SUNG = st.sampled_from(
    ["Verses of mine", "Chorusing birds", "Tagged along", "Rapunzel", "Bridges burn", "The end of it", "Hooked on you",
     "I sing the chorus", "Parting is hard", "Introduce me", "Solomon came", "Codas and keys"]
)  # fmt: skip


@given(NAME, NUMBER, st.sampled_from([str.title, str.upper, str.lower]))
@settings(max_examples=60)
def test_a_name_means_its_kind_however_it_is_written(name: str, number: str, case: Callable[[str], str]) -> None:
    written = case(name) + number
    assert kind_of(written) == NAMED[name]
    assert kind_of(f"  {written}: Nora & Tom") == NAMED[name]
    assert bracketed(f"[{written}]") == (NAMED[name], "")
    assert bracketed(f"[{written}]: And home") == (NAMED[name], "And home")
    assert bare(f"({written.replace('(', '').replace(')', '')})", alone=False, sure=False) == (NAMED[name], "")


@given(NAME, NUMBER)
@settings(max_examples=40)
def test_a_colon_makes_a_heading_anywhere_and_its_words_are_sung_where_it_is_sure(name: str, number: str) -> None:
    assert bare(f"{name}{number}:", alone=False, sure=False) == (NAMED[name], "")
    assert bare(f"{name}{number}: And home", alone=True, sure=False) == (NAMED[name], "And home")
    assert bare(f"{name}{number}: And home", alone=False, sure=False) is None


@given(SUNG, st.booleans(), st.booleans())
@settings(max_examples=40)
def test_words_that_begin_like_a_heading_are_sung(line: str, alone: bool, sure: bool) -> None:
    assert bare(line, alone, sure) is None
    assert bracketed(line) is None
    assert unframed(line) == line
    assert not is_verse_number(line)


@pytest.mark.parametrize("word", ["Break", "Release", "Hook", "End", "Lift", "Drop", "Climb"])
def test_a_word_that_may_be_sung_is_a_heading_only_above_a_stanza_of_a_text_with_headings(word: str) -> None:
    assert bare(word, alone=True, sure=True) is not None
    assert bare(word, alone=True, sure=False) is None
    assert bare(word, alone=False, sure=True) is None
    assert bare(word.upper(), alone=True, sure=False) is not None
    assert bare(f"{word} 2", alone=False, sure=False) is not None


@pytest.mark.parametrize("mark", ["*", "**", "_", "==", "---", "~", "–"])
@given(NAME)
@settings(max_examples=10)
def test_marks_on_both_sides_are_brackets(mark: str, name: str) -> None:
    assert unframed(f"{mark}{name}{mark}") == unframed(f" {mark} {name} {mark} ") == f"[{name}]"
    assert unframed(f"[{name}]") == f"[{name}]"
    assert unframed(f"{mark}nobody sings{mark}") == f"{mark}nobody sings{mark}"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[G]Row me over", None), ("[Am7] and home", None), ("[G]", ("", "")), ("[Whispered]", ("", "")),
        ("[]", ("", "")),
        ("[Chorus] Row me over", ("chorus", "Row me over")), ("[Chorus] x2", ("chorus", "")), ("Row [Chorus]", None),
        ("【Chorus】", ("chorus", "")), ("[Verse 1: Nora, both]", ("verse", "")), ("[Chorus", None), ("", None),
    ],
)  # fmt: skip
def test_what_stands_in_brackets(line: str, found: tuple[str, str] | None) -> None:
    assert bracketed(line) == found


@pytest.mark.parametrize("written", ["1", "1.", "12)", "3:", "#4", "Verse 2", "v2", " 7 "])
def test_a_number_alone_is_a_verses(written: str) -> None:
    assert is_verse_number(written)


@pytest.mark.parametrize("written", ["", "1967", "99 red balloons", "one", "1. Row me over", "verse"])
def test_other_numbers_are_not(written: str) -> None:
    assert not is_verse_number(written)


@given(st.sampled_from([("v", "verse"), ("c", "chorus"), ("ch", "chorus"), ("b", "bridge"), ("pc", "pre-chorus")]),
       st.sampled_from(["", "1", " 2", "12", ":", "3:"]))  # fmt: skip
@settings(max_examples=30)
def test_abbreviations_are_short_for_a_kind(known: tuple[str, str], number: str) -> None:
    abbreviation, kind = known
    assert short(abbreviation + number) == short(f" {abbreviation.upper()}{number} ") == kind
    assert short(abbreviation + "123") == short("x" + abbreviation) == short("") == ""


@given(st.text(max_size=30), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_any_line_may_be_asked(line: str, alone: bool, sure: bool) -> None:
    kinds = {*NAMED.values(), ""}
    assert kind_of(line) in kinds
    for found in (bare(line, alone, sure), bracketed(line)):
        assert found is None or (found[0] in kinds and found[1] == found[1].strip())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Introduction", "intro"), ("Introducción", "intro"), ("Verso 2", "verse"), ("Ponte", "bridge"),
        ("Chorus and Outro", "chorus"), ("Chorus / Bridge", "chorus"), ("Chorus All", "chorus"), ("Ending", "outro"),
        ("Verse by Nora", "verse"), ("Bridge in half time", "bridge"), ("Final Chorus continued", "chorus"),
        ("Versailles", ""), ("Introverts", ""), ("Pontevedra", ""), ("Breaking", ""),
    ],
)  # fmt: skip
def test_a_name_is_read_to_its_end(name: str, kind: str) -> None:
    """Also where a shorter name, or what may be its letter or Roman number, begins like it."""
    assert kind_of(name) == kind
    assert kind_of(name.upper()) == kind
