"""What a frame is checked for, over all its forms."""

import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.phrasebook import checks, classes, ends, folder, reach, unfolding
from stagelyric.phrasebook.frame import Frame, Slot
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.reader import read_line
from stagelyric.phrasebook.sounds import count as word_syllables

KNOWN = classes.load(Path(__file__).parents[2] / "models/songbook/frames/classes.words")
TAGS = "mood dark; themes rain; hand plain; at opening"


def told(lines: str, tags: str = TAGS) -> str:
    (frame,) = parse(f"@ {tags}\n{lines}\n", "t.frames").frames
    return "\n".join(map(str, checks.findings(frame, KNOWN)))


GOOD = """{My mother|Our neighbour|My aunt} {hung|left|pegged} {sheets|shirts|towels} {end: outside|in town|in here}
And {sat|stood|smoked} on the {steps|stairs|wall} {till|until} they {end: had dried|blew down|were clear}"""


def test_a_good_frame_has_no_faults() -> None:
    assert told(GOOD) == ""


def test_linked_ends_rhyme_position_by_position() -> None:
    assert "rhyme with line 1: town/clear (no rhyme)" in told(
        "{I|We} {hung|put} the {sheets|coats} {b: outside|in town}\n"
        "{I|We} {sat|stood} {till|until} {b: it dried|it was clear}"
    )


def test_ends_that_sound_the_same_are_no_rhyme() -> None:
    found = told("{I|We} {hung|put} the {sheets|coats} {away|there}\n{I|We} {sat|stood} {till|until} {they're|the way}")
    assert "sound the same" in found or "never used" in found
    assert "the word itself" in told("{I|We} {saw|met} the {old|big} boat\n{I|We} {hid|lost} the {old|big} boat")


def test_unlinked_ends_are_told_of_where_fewer_than_half_rhyme() -> None:
    found = told("{I|We} {saw|met} the {old|big} {boat|ship|train}\n{I|We} {hid|lost} the {old|big} {coat|gift|stone}")
    assert "1 of 9 ends rhyme" in found
    assert "rhymes with no end of line 2: ship, train" in found


def test_slant_rhymes_are_let_through_where_the_frame_says_so() -> None:
    lines = "{I|We} {saw|met} the {old|big} time\n{I|We} {hid|lost} the {old|big} {line|sign}"
    assert "(slant)" in told(lines)
    assert "slant" not in told(lines, TAGS + "; slant")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("{I|We} saw {the|the old} {boat|goat}\n"
         "{I|We} {had|wore} {a|the} {the coat|coat|note}", "two articles"),
        ("{I|We} {had|saw} {the the|the} {boat|goat}\n"
         "{I|We} {had|saw} {a|the} {coat|note}", ""),
        ("{I|We} {saw|had} {saw|the} {boat|goat}\n"
         "{I|We} {had|wore} {a|the} {coat|note}", "may come twice in a row: saw"),
        ("*person {saw|had} {her|the} {boat|goat}\n*person {had|wore} {a|the} {coat|note}", '"her" beside *person'),
        ("{I|We} {saw|had} *his {boat|goat}\n"
         "{I|We} {had|wore} {a|the} {coat|note}", "wanted a *person for *his"),
        ("{I|We} {saw|had} {the|a} {neon|red} boat\n"
         "{I|We} {had|wore} {a|the} {coat|note}", "what machines write"),
        ("{I|We} {saw|had} {the|a} {glorp|red} boat\n"
         "{I|We} {had|wore} {a|the} {coat|note}", "not in the dictionary: glorp"),
        ("{I|We} {saw|had} {the|a} {c: red|big} boat\n"
         "{I|We} {had|wore} {a|the} {coat|note}", "stands once"),
        ("I saw the boat\nYou had a coat", "1 forms, wanted 50"),
        ("{I|We} {saw|had} {the|a} {red|big} boat\n"
         "{I|We} {had|wore} {a|the} {coat|note} that they {all|both} {had|have} "
         "on a {long|slow} wet {day|afternoon} {with|without} {a|the} {coat|note}", "wanted at most 4 between"),
        ("{I|We} {saw|had} {the|a} {red|big} boat\n"
         "{I|We} {had|wore} {a|the} shit {coat|note}", "not for a family"),
    ],
)  # fmt: skip
def test_faults_are_found(lines: str, fault: str) -> None:
    assert fault in told(lines)


def test_two_frames_do_not_begin_alike() -> None:
    frames = parse(f"@ {TAGS}\n{{I|We}} saw the boat\nb\n\n@ {TAGS}\nI saw the cat\nb\n", "t.frames").frames
    (finding,) = folder.shared(frames, [])
    assert 'begins "i saw the" as t.frames:2 does' in str(finding)
    (finding,) = folder.shared(frames[1:], [("other", 3, "{I|She} saw the moon")])
    assert "other:3" in str(finding)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("boat", "coat", "perfect"), ("found it", "around it", "perfect"), ("gone", "on", "perfect"),
        ("found it", "kept it", "same"),
        ("way", "away", "same"), ("window", "windows", "assonance"), ("time", "mine", "slant"),
        ("here", "clear", "perfect"), ("the door", "poor", "perfect"),
        ("rinsed", "minced", "perfect"), ("cat", "moon", None),
    ],
)  # fmt: skip
def test_how_ends_rhyme(a: str, b: str, kind: str | None) -> None:
    assert ends.kind(a.split(), b.split()) == kind


# Lines made of words, optional words, linked and nested slots: small enough to write all forms out.
_WORDS = st.sampled_from(["boat", "water", "a", "red", "elephant", "coat"])
_SLOTS = st.recursive(
    _WORDS,
    lambda inner: st.lists(st.lists(inner, max_size=2).map(" ".join), min_size=2, max_size=3).map(
        lambda choices: "{" + "|".join(choices) + "}"
    ),
    max_leaves=5,
)
_LINKED = st.sampled_from(["{k: one|two}", "{k: boat|elephant}"])
_LINES = st.lists(st.one_of(_SLOTS, _LINKED), min_size=1, max_size=4).map(" ".join)


def all_forms(line: tuple[object, ...], labels: dict[str, int]) -> list[tuple[list[str], dict[str, int]]]:
    found: list[tuple[list[str], dict[str, int]]] = [([], labels)]
    for piece in line:
        grown = []
        for words, taken in found:
            if not isinstance(piece, Slot):
                grown.append((words + list(piece.words), taken))  # type: ignore[attr-defined]
                continue
            for position, choice in enumerate(piece.choices):
                if piece.label and taken.get(piece.label, position) != position:
                    continue
                own = taken | ({piece.label: position} if piece.label else {})
                grown += [(words + more, after) for more, after in all_forms(choice, own)]
        found = grown
    return found


@settings(deadline=None)
@given(_LINES)
def test_reach_agrees_with_all_forms_written_out(text: str) -> None:
    line = read_line(text)
    forms = [words for words, _ in all_forms(line, {})]
    assert {tuple(words[-2:]) for words in forms} == {end.words for end in reach.last_words(line, 2)}
    assert {tuple(words[:3]) for words in forms} == {end.words for end in reach.first_words(line, 3)}
    lengths = [sum(map(word_syllables, words)) for words in forms]
    assert reach.syllable_span(line) == (min(lengths), max(lengths))
    assert reach.character_span(line)[1] == max(len(" ".join(words)) for words in forms)


@settings(deadline=None)
@given(_LINES, st.integers(0, 1000))
def test_what_is_filled_is_a_form(text: str, seed: int) -> None:
    line = read_line(text)
    frame = Frame((line, line), parse("@ mood dark\na\nb\n").frames[0].tags)
    rng = random.Random(seed)
    lines = unfolding.filled(frame, unfolding.Cast(KNOWN, rng), unfolding.drawn(rng))
    forms = {" ".join(words).lower().replace("an ", "a ") for words, _ in all_forms(line, {})}
    assert all(filled.lower().replace("an ", "a ") in forms for filled in lines)


def test_people_places_and_articles_are_set_right() -> None:
    text = "@ mood dark\nIn *place *person {gave|lent} a {hour|owl|union} to *himself\n"
    text += "*person's boat is *hers, *he said, in *place\n"
    (frame,) = parse(text).frames
    seen = set()
    for seed in range(200):
        rng = random.Random(seed)
        cast = unfolding.Cast(KNOWN, rng)
        one, two = unfolding.filled(frame, cast, unfolding.drawn(rng))
        person, place = cast.member("person", 1), cast.member("place", 1)
        assert one.startswith(f"{place.sort.capitalize()} {place.text} {person.text}")
        assert two.startswith(f"{person.text}'s boat is ")
        assert ("herself" in one, "hers" in two, "she said" in two) == ((person.sort == "f"),) * 3
        seen |= {word for word in ("an hour", "an owl", "a union") if word in one}
    assert len(seen) == 3


def test_the_classes_are_large_and_every_member_is_clean() -> None:
    from stagelyric.gates import family

    few = {"day", "month"}
    for kind, members in KNOWN.by_kind.items():
        assert len({member.text for member in members}) == len(members), kind
        assert len(members) >= 40 or kind in few, kind
        for member in members:
            assert family.found(f"{member.text} {member.plural}") is None, member


def test_choices_in_turn_show_every_alternative() -> None:
    line = read_line("{p|q|r|s} {t|u {v|w}}")
    frame = Frame((line, line), parse("@ mood dark\na\nb\n").frames[0].tags)
    rng = random.Random(1)
    choose = unfolding.in_turn(rng)
    said = " ".join(" ".join(unfolding.filled(frame, unfolding.Cast(KNOWN, rng), choose)) for _ in range(4)).lower()
    assert all(word in said.split() for word in "pqrstuvw")


def test_forms_are_counted() -> None:
    (frame,) = parse("@ mood dark\n{a|b|{c|d}} {x: e|f}\n{x: g|h {i|j}} k\n").frames
    by_hand = {
        (tuple(one), tuple(two))
        for (one, taken), _ in product(all_forms(frame.lines[0], {}), [0])
        for two, _ in all_forms(frame.lines[1], taken)
    }
    assert reach.forms(frame) == pytest.approx(len(by_hand), abs=len(by_hand) / 2)
