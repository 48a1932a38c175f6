"""Lines of frames: read back as they were written, and what is known of all their forms."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import ends, reach, reader, spoken, sung, unfolding
from stagelyric.phrasebook.frame import OPEN, PLURALS, PRONOUNS, Frame, Line, Open, Piece, Slot, Text, pieces
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.heard import SPAN, Heard, pairs
from stagelyric.phrasebook.reader import Reader, read_line
from stagelyric.phrasebook.tags import Tags
from stagelyric.words.names import Names

# Lines as they are in memory: no two texts side by side, and words without spaces.
_WORDS = st.lists(
    st.sampled_from(["boat", "a", "red", "who?", "\\o/", "it's", "{x}", "#1", "*", "two-tone"]), min_size=1
)
_TEXTS = _WORDS.map(lambda words: Text(" ".join(words[:3])))
_SINGLE = st.builds(
    Open, st.sampled_from([*OPEN, *PRONOUNS]), st.integers(1, 4), after=st.sampled_from(["", "'s", ","])
)
_PLURAL = st.builds(
    Open, st.sampled_from(sorted(PLURALS)), st.integers(1, 4), st.just(True), st.sampled_from(["", "("])
)
_OPENED = st.one_of(_SINGLE, _PLURAL)


def _lines(inner: st.SearchStrategy[Piece], least: int = 0) -> st.SearchStrategy[Line]:
    return st.lists(inner, min_size=least, max_size=4).map(_merged)


def _merged(found: list[Piece]) -> Line:
    """The pieces without a text right after another."""
    return tuple(
        p for at, p in enumerate(found) if not (at and isinstance(p, Text) and isinstance(found[at - 1], Text))
    )


def _slots(inner: st.SearchStrategy[Piece]) -> st.SearchStrategy[Piece]:
    labels = st.sampled_from(["", "", "a", "b2"])
    several = st.lists(_lines(inner), min_size=2, max_size=3)
    return st.one_of(inner, st.builds(lambda choices, label: Slot(tuple(choices), label), several, labels))


LINES = _lines(st.recursive(st.one_of(_TEXTS, _OPENED), _slots, max_leaves=6), 1)


def written(line: Line) -> str:
    """A line as somebody would write it."""
    return " ".join(map(_written, line))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "{|}*@#?\\" else c for c in text)


def _written(piece: Piece) -> str:
    if isinstance(piece, Text):
        return _escaped(piece.text)
    if isinstance(piece, Open):
        return piece.marker
    label = f"{piece.label}: " if piece.label else ""
    return "{" + label + "|".join(map(written, piece.choices)) + "}"


def placeless(line: Line) -> Line:
    """The line without the columns of its slots."""
    return tuple(
        Slot(tuple(map(placeless, piece.choices)), piece.label) if isinstance(piece, Slot) else piece for piece in line
    )


# Read as it is written


@settings(max_examples=40)
@given(LINES)
def test_a_line_that_is_written_is_read_as_it_was(line: Line) -> None:
    assert placeless(read_line(written(line))) == line


@settings(max_examples=40)
@given(LINES)
def test_a_slots_place_in_the_line_is_that_of_its_bracket(line: Line) -> None:
    text = written(line)
    for slot in reader.slots(Reader(text).line()):
        assert text[slot.column - 1] == "{"
        assert text[slot.end - 1] == "}"
        for (start, end), choice in zip(slot.spans, slot.choices, strict=True):
            assert placeless(reader.normalised(choice)) == placeless(read_line(text[start:end]))


@settings(max_examples=40)
@given(LINES)
def test_what_nobody_proposed_is_all_kept(line: Line) -> None:
    raw = Reader(written(line)).line()
    linked = reader.waiting([raw])
    assert not any(linked.values())
    assert reader.kept(raw, linked) == raw


def test_what_one_slot_of_a_label_proposes_waits_in_all_of_them() -> None:
    raw = [Reader(text).line() for text in ("{a: x|?y|z}", "{a: p|q|?r} {?s|t}")]
    linked = reader.waiting(raw)
    assert linked == {"a": {1, 2}}
    assert [reader.normalised(reader.kept(line, linked)) for line in raw] == [(Text("x"),), (Text("p t"),)]


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_any_line_of_a_song_is_escaped_so_that_a_frame_reads_what_was_sung(text: str) -> None:
    """Whatever somebody's keyboard wrote: full-width quotes, tabs, signs that mean something in a frame."""
    names = Names(frozenset(), frozenset())
    made = sung.stanza([text, "And then the rain"], names, frames.KNOWN)
    plain = sung.plain(text)
    assert sung.plain(plain) == plain
    assert plain.isascii()
    if made is not None:
        line = read_line(" ".join(word.written() for word in made.lines[0]))
        assert line == (Text(plain),)
        assert made.texts == [plain, "And then the rain"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\uff02It\u2019s late\uff02, \uff08ooh\uff09", "It's late, ooh"),
        ("one\ttwo\u3000three", "one two three"),
        ("na\u00efve \u2013 caf\u00e9\u2026", "naive - cafe"),
        ("\u3042", ""),
    ],
)
def test_a_songs_line_is_made_plain(text: str, plain: str) -> None:
    assert sung.plain(text) == plain


# All forms of a line, written out


def forms(line: Line, taken: dict[str, int]) -> Iterator[tuple[list[str], dict[str, int]]]:
    """Every form's words, each open slot as its marker."""
    if not line:
        yield [], taken
        return
    first, *rest = line
    if not isinstance(first, Slot):
        own = list(first.words) if isinstance(first, Text) else [first.marker]
        for more, after in forms(tuple(rest), taken):
            yield own + more, after
        return
    for position, choice in enumerate(first.choices):
        if first.label and taken.get(first.label, position) != position:
            continue
        chosen = taken | ({first.label: position} if first.label else {})
        for words, after in forms(choice, chosen):
            for more, at_last in forms(tuple(rest), after):
                yield words + more, at_last


def consistent(line: Line) -> bool:
    """Whether the slots of one label have as many alternatives, as in any frame that is read."""
    sizes: dict[str, set[int]] = {}
    for piece in pieces(line):
        if isinstance(piece, Slot) and piece.label:
            sizes.setdefault(piece.label, set()).add(len(piece.choices))
    return all(len(found) == 1 for found in sizes.values())


FORMED = LINES.filter(consistent)


@settings(max_examples=40)
@example(read_line("a {|b} {|c} {|d} {|e} f"))
@example(read_line("{k: a|b} {|c} {|d} {|e} {k: f|g}"))
@given(FORMED)
def test_words_that_can_meet_are_those_that_meet_in_a_form(line: Line) -> None:
    """Also over several alternatives of no words at all."""
    found = set(reach.seams(line))
    wanted = {pair for words, _ in forms(line, {}) for pair in pairwise(words)}
    if any(piece.label for piece in pieces(line) if isinstance(piece, Slot)):
        assert wanted <= found  # what a label rules out within a slot is let pass
    else:
        assert found == wanted


@settings(max_examples=40)
@given(FORMED)
def test_a_lines_characters_are_those_of_its_shortest_and_longest_form(line: Line) -> None:
    def size(word: str) -> int:
        opened = [piece for piece in pieces(line) if isinstance(piece, Open) and piece.marker == word]
        if not opened:
            return len(word)
        large = reach.SHE_CHARACTERS if opened[0].kind in ("woman", "man") else reach.OPEN_CHARACTERS
        return large + len(opened[0].before) + len(opened[0].after)

    sizes = [sum(map(size, words)) + max(0, len(words) - 1) for words, _ in forms(line, {})]
    assert reach.character_span(line) == (min(sizes), max(sizes))


@settings(max_examples=40)
@given(FORMED, st.integers(1, 3))
def test_ends_and_beginnings_are_those_of_a_form_with_their_labels(line: Line, count: int) -> None:
    all_of = list(forms(line, {}))
    for found, part in (
        (reach.first_words(line, count), slice(count)),
        (reach.last_words(line, count), slice(-count, None)),
    ):
        assert {one.words for one in found} == {tuple(words[part]) for words, _ in all_of}
        for one in found:
            led = [taken for words, taken in all_of if tuple(words[part]) == one.words]
            assert any(dict(one.labels).items() <= taken.items() for taken in led)


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
)
def test_choices_are_joined_where_they_agree(a: dict[str, int], b: dict[str, int]) -> None:
    one, other = frozenset(a.items()), frozenset(b.items())
    both = reach.joined(one, other)
    agree = all(b[label] == position for label, position in a.items() if label in b)
    assert both == (frozenset((a | b).items()) if agree else None)
    assert both == reach.joined(other, one)


# Pairs of words


def unlabelled(line: Line) -> Line:
    return tuple(
        Slot(tuple(map(unlabelled, piece.choices))) if isinstance(piece, Slot) else piece for piece in line
    )  # fmt: skip


def chances(line: Line) -> Iterator[tuple[list[str], float]]:
    """Every form's words, "" for an open slot, each with its chance."""
    if not line:
        yield [], 1.0
        return
    first, *rest = line
    own: list[tuple[list[str], float]]
    if isinstance(first, Slot):
        own = [(said, part / len(first.choices)) for choice in first.choices for said, part in chances(choice)]
    else:
        own = [([ends.bare(word) for word in first.words] if isinstance(first, Text) else [""], 1.0)]
    for said, part in own:
        for more, other in chances(tuple(rest)):
            yield said + more, part * other


@settings(max_examples=40)
@given(st.lists(LINES.map(unlabelled), min_size=1, max_size=2))
def test_a_pair_is_as_likely_as_the_forms_that_have_it(lines: list[Line]) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    for line in lines:
        for said, part in chances(line):
            for a, b in pairwise(said):
                if a and b:
                    wanted[a, b] += part  # type: ignore[assignment]
    found = {pair: part for pair, part in spoken.pairs(Frame(tuple(lines), Tags())).items() if all(pair)}
    assert found == pytest.approx(dict(wanted))


_SAID = st.lists(
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), st.floats(0.1, 9), max_size=4), max_size=4
)


@settings(max_examples=40)
@given(_SAID)
def test_pairs_of_all_frames_are_the_sum_and_their_repetition_is_beside_the_average(
    said: list[dict[tuple[str, str], float]],
) -> None:
    total = spoken.together(said)
    assert sum(total.values()) == pytest.approx(sum(sum(found.values()) for found in said))
    found = spoken.repeated(said)
    assert len(found) == len(said)
    assert sum(found) == pytest.approx(0, abs=1e-9)
    assert all(-1 <= share <= 1 for share in found)
    assert found == pytest.approx(spoken.repeated(said[::-1])[::-1])


def test_a_pair_that_others_have_is_a_repetition_and_ones_own_is_none() -> None:
    alone, one, other = spoken.repeated([{("a", "b"): 9.0}, {("on", "the"): 9.0}, {("on", "the"): 1.0}])
    assert other > one > alone
    assert spoken.chance(0) == 0 < spoken.chance(1) < spoken.chance(99) < 1


# What a show has heard

_HEARD = st.lists(st.lists(st.sampled_from(["on", "The", "the,", "red", "boat"]), max_size=5).map(" ".join), max_size=6)


@settings(max_examples=40)
@given(_HEARD, _HEARD, st.dictionaries(st.sampled_from(["on the", "the red", "red boat"]), st.floats(0, 20)))
def test_what_was_heard_is_a_repetition_and_what_is_common_probably_one(
    said: list[str], texts: list[str], common: dict[str, float]
) -> None:
    heard = Heard(common, said)
    before = Counter(pair for text in said for pair in pairs(text))
    seen: set[str] = set()
    wanted = 0.0
    for pair in [pair for text in texts for pair in pairs(text)]:
        if before[pair]:
            wanted += 1 + 0.25 * (before[pair] - 1)
        else:
            wanted += 1.0 if pair in seen else spoken.chance(common.get(pair, 0.0))
        seen.add(pair)
    assert heard.repeats(texts) == pytest.approx(wanted)
    assert heard.repeats(texts) == pytest.approx(wanted), "asking changes nothing"


def test_only_the_shelfs_last_lines_count() -> None:
    early = Heard({}, ["Polly tied it", *["the sea"] * SPAN])
    assert not early.has("Polly")
    assert early.repeats(["polly tied"]) == 0
    late = Heard({}, ["the sea", "Polly tied it", *["the sea"] * (SPAN - 1)])
    assert late.has("Polly")
    assert late.repeats(["Polly, tied?"]) == 1


# Written out with names


@settings(max_examples=40)
@given(st.text(max_size=12))
def test_a_capital_is_set_once_and_changes_one_letter(text: str) -> None:
    once = unfolding.capital(text)
    assert unfolding.capital(once) == once or not once.isascii()
    changed = [(a, b) for a, b in zip(text, once, strict=False) if a != b]
    assert len(once) != len(text) or changed in ([], [(c, c.upper()) for c, _ in changed[:1]])


@pytest.mark.parametrize(
    ("word", "vowel"),
    [("hour", True), ("'eel,", True), ("union", False), ("one", False), ("X-ray", True), ("house", False),
     ("owl-faced", True), ("honest", True), ("European", False), ("(apple", True)],
)  # fmt: skip
def test_an_article_is_chosen_by_sound(word: str, vowel: bool) -> None:
    assert unfolding.begins_with_vowel(word) is vowel
    cast = unfolding.Cast(frames.KNOWN, random.Random(1))
    assert unfolding.finished(["a", word], cast) == f"A{'n' if vowel else ''} {word}"
    assert unfolding.finished(["sat", "an", word], cast) == f"Sat a{'n' if vowel else ''} {word}"


def test_no_two_slots_of_a_kind_are_filled_alike() -> None:
    months = len(frames.KNOWN.members("month"))
    cast = unfolding.Cast(frames.KNOWN, random.Random(1))
    found = [cast.member("month", number).text for number in range(months)]
    assert len(set(found)) == months
    assert [cast.member("month", number).text for number in range(months)] == found
    people = {cast.member(kind, number).sort for kind, number in (("woman", 1), ("woman", 2))}
    assert people == {"f"}
    assert cast.member("man", 1).sort == "m"


@settings(max_examples=20)
@given(st.integers(0, 5), st.integers(0, 99))
def test_a_rhymed_form_rhymes_where_one_can(number: int, seed: int) -> None:
    frame = parse(frames.TEXT).frames[number]
    lines = unfolding.rhymed(frame, random.Random(seed), frames.KNOWN, tries=400)
    assert lines == unfolding.rhymed(frame, random.Random(seed), frames.KNOWN, tries=400)
    for group in frame.groups:
        first, *others = (lines[at].split()[-2:] for at in group)
        assert all(ends.kind(first, other) == "perfect" for other in others)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("she left. he stayed", "She left. He stayed"),
        ("who's there? he asks", "Who's there? he asks"),
        ("wait... she said", "Wait... she said"),
    ],
)
def test_each_sentence_begins_with_a_capital(line: str, said: str) -> None:
    assert unfolding.capital(line) == said
