"""Quatrains by the editor's model: they keep metre, rhyme and names, and wait for nobody."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stagelyric.phrasebook import classes, grammar, unfolding
from stagelyric.phrasebook.classes import Member
from stagelyric.types import paths
from stagelyric.types.lines import Ask, Scheme
from stagelyric.words.lists import STOP
from stagelyric.words.phonetics import line_syllables
from stagelyric.words.rhyme import kind
from stagelyric.writing import beginnings, editing, planning
from stagelyric.writing.automata.pieces import Alphabet, NextLine, Sampled, Sampler, words_of
from stagelyric.writing.beginnings import Beginnings, Begun
from stagelyric.writing.drafters import editor as by_editor
from stagelyric.writing.drafters.editor import EditorDrafter
from stagelyric.writing.drafters.songbook import Song, Texts
from stagelyric.writing.rules import Rules
from stagelyric.writing.writer import Writer

MODELS = Path(__file__).parents[3] / "models"
MODEL = MODELS / "transformer"
MEMBERS = classes.load(MODELS / "songbook" / "frames" / "classes.words")
WORDS = [
    word
    for line in (
        "the a and in on of to my her rain boat sea door street town night light hand stone bread window river morning",
        "train bell road coat hill sun moon down brown day way stay room home foam sleep deep told cold fold hear near",
        "walks sings waits runs turned left found bright white sight old blue red long slow went came saw held kept",
    )
    for word in line.split()
]


class Pieces:
    """A tokeniser whose pieces are whole words, with a blank and without, capitalised and not, and single letters."""

    def __init__(self) -> None:
        capitals = [word.capitalize() for word in WORDS]
        letters = [chr(c) for c in range(ord("A"), ord("z") + 1) if chr(c).isalpha()]
        texts = ["\n", ",", ".", " ", "'", *letters, *WORDS, *capitals, *(f" {word}" for word in WORDS), " I"]
        self.texts = list(dict.fromkeys(texts))
        self.numbers = {text: number for number, text in enumerate(self.texts)}

    def __len__(self) -> int:
        return len(self.texts)

    def text(self, number: int) -> str:
        return self.texts[number]

    def encode(self, text: str) -> list[int]:
        found: list[int] = []
        while text:
            size = next(size for size in range(min(12, len(text)), 0, -1) if text[:size] in self.numbers or size == 1)
            found.append(self.numbers.get(text[:size], 0))
            text = text[size:]
        return found


class Memory:
    """A model to which some words are likelier than others after each piece, and a line's end now and then."""

    def __init__(self, pieces: Pieces, room: int):
        self.pieces, self.size, self.most = pieces, 0, room
        words = np.array([text[:1] == " " and len(text) > 1 for text in pieces.texts])
        self.likes = np.where(words, np.float32(0), np.float32(-8))
        self.likes[pieces.numbers["\n"]] = 3.0

    @property
    def room(self) -> int:
        return self.most - self.size

    def read(
        self, pieces: Sequence[int], parents: Sequence[int], asked: Sequence[int] | None = None
    ) -> NDArray[np.float32]:
        assert len(pieces) == len(parents)
        assert all(-1 <= at < self.size + number for number, at in enumerate(parents))
        assert len(pieces) <= self.room
        self.size += len(pieces)
        chosen = pieces if asked is None else [pieces[at] for at in asked]
        rows = np.stack([self.likes + 3 * np.random.default_rng(piece).random(len(self.likes)) for piece in chosen])
        return np.asarray(rows - np.log(np.exp(rows).sum(axis=1, keepdims=True)), np.float32)

    def cut(self, size: int) -> None:
        self.size = size


class Model:
    """What an `Editor` offers to the drafter, with the model above; every line makes the same sense."""

    digest = "fake"

    def __init__(self) -> None:
        self.pieces = Pieces()
        self.heard: list[tuple[str, ...]] = []

    def memory(self, room: int) -> Memory:
        return Memory(self.pieces, room)

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        between()
        self.heard += map(tuple, before)
        return [2.5] * len(lines)


VERSE = ("The rain came down", "On my brown coat", "The river in the town", "And the old boat")
SONGS = [Song(f"The {word}", (VERSE,), frozenset()) for word in ("rain", "door", "hill", "bell", "train")]


def drafting(
    model: Any, begun: Beginnings | None = None, table: Mapping[str, Sequence[str]] | None = None
) -> EditorDrafter:
    return EditorDrafter(model, lambda _: Texts(SONGS, begun, table or {}), "some")


def under_way(drafter: EditorDrafter, ask: Ask, rules: Rules) -> by_editor._Quatrain:
    texts = drafter.texts(lambda: None)
    return by_editor._Quatrain(drafter, texts, ask, 0, (), rules, lambda text, before: True, lambda: None)


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer.open(MODEL)


@pytest.fixture(scope="module")
def drafter() -> EditorDrafter:
    model: Any = Model()
    return drafting(model)


def quatrain(drafter: EditorDrafter, writer: Writer, ask: Ask, number: int = 1, told: Sequence[str] = ()) -> list[str]:
    return list(drafter.stanza(ask, number, told, writer.rules(ask), lambda text, before: True, lambda: None))


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 1 << 30), st.integers(3, 6), st.integers(0, 3), st.booleans(), st.sampled_from(["", "Polly Vane"])
)
def test_sampled_lines_are_as_asked(seed: int, low: int, more: int, rhymed: bool, name: str) -> None:
    pieces: Any = Pieces()
    memory: Any = Memory(pieces, 3000)
    log_p = memory.read([0], [-1])[0]
    syllables = {word: line_syllables(word) for word in WORDS}
    ends = dict.fromkeys(("day", "way", "stay"), 1) if rhymed else syllables
    place = NextLine(0, log_p, low, low + more + 1, ends, rhymed, frozenset({"rain"}), name, {"polly": 2, "vane": 1})
    rng = np.random.default_rng(seed)
    sampler = Sampler(memory, Alphabet(pieces), syllables.get, rng, 0.9, lambda: None)
    (lines, others) = sampler.lines([place, replace(place, said=frozenset(WORDS[:4]))], 48)
    assert memory.size == 1
    for line in lines:
        words = words_of(line.text)
        content = [word for word in words if word not in STOP]
        assert low <= line_syllables(line.text) <= low + more + 1
        assert words[-1] in ends
        assert "rain" not in words
        assert len(set(content)) == len(content)
        assert name in line.text
        assert line.text[0].isupper()
        assert max(line.least, line.mean) <= 1e-6
    assert all(words_of(line.text)[0] not in WORDS[:4] for line in others)


def test_many_lines_come_to_their_rhyme() -> None:
    pieces: Any = Pieces()
    memory: Any = Memory(pieces, 3000)
    place = NextLine(0, memory.read([0], [-1])[0], 4, 8, dict.fromkeys(("day", "way", "stay"), 1), rhymed=True)
    sampler = Sampler(
        memory, Alphabet(pieces), dict.fromkeys(WORDS, 1).get, np.random.default_rng(1), 0.9, lambda: None
    )
    assert len(sampler.lines([place], 48)[0]) >= 8


def test_a_begun_line_goes_on_after_whole_words_and_without_a_comma() -> None:
    pieces: Any = Pieces()
    memory: Any = Memory(pieces, 3000)
    memory.likes[pieces.numbers[","]] = 2.0
    ends = dict.fromkeys(WORDS, 1)
    place = NextLine(0, memory.read(pieces.encode("Her boat"), [-1, 0])[-1:][0], 4, 9, ends, rhymed=False)
    sampler = Sampler(
        memory, Alphabet(pieces), dict.fromkeys(WORDS, 1).get, np.random.default_rng(1), 0.9, lambda: None
    )
    begun = replace(place, begun="Her boat", counts={"her": 1, "boat": 1})
    free, found = (sampler.lines([one], 96)[0] for one in (place, begun))
    assert any("," in line.text for line in free)
    assert found
    for line in found:
        assert line.text.startswith("Her boat ")
        assert "," not in line.text


@pytest.mark.parametrize("scheme", ["AABB", "ABAB", "ABCB"])
def test_quatrains_rhyme_scan_and_name(drafter: EditorDrafter, writer: Writer, scheme: Scheme) -> None:
    ask = Ask(rhyme=scheme, syllables=(5, 9), themes=("rain",), names=("Polly Vane",), seed=4)
    found = [quatrain(drafter, writer, ask, number) for number in range(1, 5)]
    whole = [lines for lines in found if lines]
    assert whole
    for number, lines in enumerate(found, 1):
        due = planning.named_in(ask, number, ["Polly Vane"])
        for place, line in enumerate(lines):
            assert 5 <= line_syllables(line) <= 9
            assert ("Polly Vane" in line) == (place in due)
            mate = planning.MATES[scheme][place]
            if mate is not None:
                assert kind(words_of(line)[-1], words_of(lines[mate])[-1]) == "perfect"


@pytest.mark.parametrize("name", ["Agnes", "Polly Vane", "Ross"])
def test_a_names_genitive_can_be_counted(name: str, drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="ABCB", syllables=(5, 9), names=(name,), seed=4)
    own = under_way(drafter, ask, writer.rules(ask))
    due = min(own.named)
    place = own._next(own._start[0], due)
    for word in name.lower().split():
        assert place.counts[f"{word}'s"] == line_syllables(f"{word}'s")
        assert word in place.counts


FIGURE = "*person walks on the\nAnd *he waits for my\nOn the old {stone|hill} *he sings of\nIn *place the\n"
PLAIN = "One night the\nOne morning a\nOne day in the\nAnd my\n"


def begun(*texts: str) -> Beginnings:
    frames = [frame for text in texts for frame in grammar.parse(f"@@ scheme free\n{text}").frames]
    assert frames
    return Beginnings(frames, MEMBERS)


@pytest.mark.parametrize("scheme", ["AABB", "ABAB", "ABCB"])
def test_lines_go_on_from_how_they_begin(drafter: EditorDrafter, writer: Writer, scheme: Scheme) -> None:
    names = ("Polly Vane", "Leith")
    ask = Ask(rhyme=scheme, syllables=(7, 11), names=names, seed=4)
    own = drafting(drafter.editor, begun(FIGURE.replace("In *place", "Then"), FIGURE, PLAIN))
    kept = 0
    for number in range(8):
        due = {*planning.named_in(ask, number, names).values()}
        lines = quatrain(own, writer, ask, number)
        for place, line in enumerate(lines):
            assert 7 <= line_syllables(line) <= 11 + beginnings.MORE
            mate = planning.MATES[scheme][place]
            if mate is not None:
                assert kind(words_of(line)[-1], words_of(lines[mate])[-1]) == "perfect"
        text = "\n".join(lines)
        last = "In Leith the " if "Leith" in due else "Then the "
        figure = (
            f"Polly( Vane)? walks on the .*\nAnd she waits for my .*\nOn the old (stone|hill) she sings of .*\n{last}"
        )
        kept += bool(
            re.match(figure if "Polly Vane" in due else "One night the .*\nOne morning a .*\nOne day in the ", text)
        )
    assert kept >= 4


def test_where_no_line_goes_on_from_a_beginning_the_model_begins_itself(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="ABCB", syllables=(5, 9), seed=4)
    odd = "Unheard of\nUnheard of\nUnheard of\nUnheard of\n"
    rules, own = writer.rules(ask), drafting(drafter.editor, begun(odd))
    told: list[str] = []

    def fits(text: str, before: Sequence[str]) -> bool:
        told.append(text)
        return not text.startswith("Unheard")

    found = [own.stanza(ask, number, (), rules, fits, lambda: None) for number in range(4)]
    assert any(text.startswith("Unheard of ") for text in told)
    assert any(found)


def test_a_shelfs_stanzas_begin_differently(drafter: EditorDrafter) -> None:
    texts = [PLAIN.replace("One", word) for word in ("This", "That", "Each", "Some", "Any", "No")]
    own, ask = begun(*texts, *(text.replace("night", "summer") for text in texts)), Ask(syllables=(6, 10), seed=9)
    found = [one.lines[0] for number in range(3) for one in own.of(ask, number, ())]
    assert len(set(found)) == len(found) == 3 * beginnings.TRIES == 12
    assert own.of(ask, 1, ()) == own.of(ask, 1, ())
    assert own.of(replace(ask, syllables=(2, 4)), 1, ()) == []  # nothing would be left to say


def test_a_line_keeps_to_who_is_spoken_of(drafter: EditorDrafter, writer: Writer) -> None:
    for name, never in (("Polly", {"he", "him", "his", "himself"}), ("Walter", {"she", "her", "hers", "herself"})):
        ask = Ask(names=(name,), syllables=(6, 10))
        (one,) = begun(FIGURE.replace("In *place", "Then")).of(ask, 0, [name])
        assert one.never >= never | {"you", "your", "we", "us", "our"}
        assert one.never.isdisjoint({"i", "me", "my"})  # the figure has "my"
        own = under_way(drafter, ask, writer.rules(ask))
        own.beginning = one
        assert own._next(own._start[0], 0).said >= never


@pytest.mark.parametrize(
    ("scheme", "answered"), [("AABB", {0: 1, 2: 3}), ("ABAB", {0: 2, 1: 3}), ("ABCB", {1: 3}), ("free", {})]
)
def test_an_end_is_preferred_that_the_line_to_answer_it_can_rhyme_with(
    drafter: EditorDrafter, writer: Writer, scheme: Scheme, answered: dict[int, int]
) -> None:
    ask = Ask(rhyme=scheme, syllables=(4, 9))
    rules = writer.rules(ask)
    own = under_way(drafter, ask, rules)
    own.beginning = Begun(("One day the", "One night the", "Then one old", "And so a"), frozenset())
    start, size = own._start
    own.answers = own._answers(start)
    assert own.memory.size == size
    assert own.answers.keys() == answered.keys()
    assert all(own.answers.values())
    for place, answers in own.answers.items():
        assert all(0 < chance <= 1 for chance in answers.values())
        assert own._ends(start, place, False).keys() & answers.keys()
        wanted = own._next(start, place)
        assert wanted.rhymed  # such ends are looked for
        assert wanted.ends.keys() <= answers.keys()
    own.answers = {0: {"clay": 0.9, "stay": 0.2}}
    lines = [Sampled(f"One day the old {end}", -2.0, -3.0, -6.0) for end in ("clay", "stay", "bell")]
    marks = {line.text.split()[-1]: score for score, line in own._scored(start, lines, 0)}
    assert marks["clay"] > max(marks["stay"], marks["bell"]) + 0.3


def test_every_line_that_rhymes_has_to_be_able_to_answer_an_end(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="AAAA", syllables=(4, 9))
    own = under_way(drafter, ask, writer.rules(ask))
    own.beginning = Begun(("One day the", "One night the", "Then one old", "And so a"), frozenset())
    start, _ = own._start
    found = {"second": ["stay", "road"], "third": ["play"], "fourth": ["day", "code"]}
    sampled = [[Sampled(f"It was {end}", -2.0, -2.0, -6.0) for end in ends] for ends in found.values()]
    own.sampler.lines = lambda *_: [sampled.pop(0)]  # type: ignore[method-assign]
    answers = own._answers(start)[0]
    assert {"clay", "say"} <= answers.keys()
    assert "load" not in answers
    assert all(kind(word, "way") in ("perfect", "same") for word in answers)


def test_a_beginning_is_best_gone_on_with_briefly(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="free", syllables=(4, 9))
    own = under_way(drafter, ask, writer.rules(ask))
    own.beginning = Begun(("One day the", "One night the", "Then one old", "And so a"), frozenset())
    texts = {"One day the cold rain": -4.0, "One day the cold deep rain": -9.0, "One day the rain and road": -4.0}
    lines = [Sampled(text, -2.0, -3.0, total) for text, total in texts.items()]
    marks = [next(score for score, line in own._scored(own._start[0], [line], 0)) for line in lines]
    assert marks[0] > max(marks[1:])


def test_a_line_about_the_songs_themes_is_preferred(drafter: EditorDrafter, writer: Writer) -> None:
    table = {"boat": ("sea",), "sea": ("sea",), "rain": ("weather",)}
    own = drafting(drafter.editor, table=table)
    ask = Ask(themes=("sea",), rhyme="free", syllables=(4, 9))
    quatrain = by_editor._Quatrain(
        own, own.texts(lambda: None), ask, 0, (), writer.rules(ask), lambda text, before: True, lambda: None
    )
    texts = ["A light on the old boat", "A light on the old road", "A light on the old sea", "A light in the cold rain"]
    lines = [Sampled(text, -2.0, -3.0, -10.0) for text in texts]
    marks = {line.text: score for score, line in quatrain._scored(quatrain._start[0], lines, 0)}
    assert min(marks[texts[0]], marks[texts[2]]) > max(marks[texts[1]], marks[texts[3]])
    fillers = [Sampled(text, -2.0, -3.0, -10.0) for text in ("The old moon and the road", "The road and the old moon")]
    road, moon = (score for score, _ in quatrain._scored(quatrain._start[0], fillers, 0))
    assert road > moon


def test_a_theme_of_its_own_keeps_a_beginning_from_other_songs() -> None:
    own = begun(f"@ themes money\n{PLAIN}")
    assert own.of(Ask(themes=("rain",)), 0, ()) == []
    assert own.of(Ask(themes=("rain", "money")), 0, ())


def test_the_shipped_beginnings() -> None:
    folder = paths.songbook()
    assert folder is not None
    frames, told = beginnings.read(folder / beginnings.FOLDER)
    assert told == []
    assert len(frames) >= 100
    for frame in frames:
        cast = unfolding.Cast(MEMBERS, random.Random(1))
        cast.members["person", 1] = Member("Nell", sort="f")
        lines = unfolding.filled(frame, cast, unfolding.drawn(random.Random(1)))
        assert all(1 <= line_syllables(line) <= 8 for line in lines), lines
        assert all(line[-1].isalpha() for line in lines)
    firsts = [frame.source[0] for frame in frames]
    assert len(set(firsts)) == len(firsts)


def test_beginnings_that_are_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.beginnings").write_text(f"@@ scheme free\n{PLAIN}\n*nobody has\nA\nB\nC\n")
    (tmp_path / "b.beginnings").write_bytes(b"\xff\xfe")
    frames, told = beginnings.read(tmp_path)
    assert len(frames) == 1
    assert [one.partition(":")[0] for one in told] == ["a.beginnings", str(tmp_path / "b.beginnings")]
    assert "a.beginnings:7:1: " in told[0]
    assert "*nobody" in told[0]


def test_the_same_seed_gives_the_same_lines_and_another_others(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="ABCB", syllables=(5, 9), seed=8)
    told = ["One cold night", "Down the hill"]
    assert quatrain(drafter, writer, ask, 2, told) == quatrain(drafter, writer, ask, 2, told)
    assert quatrain(drafter, writer, ask, 2, told) != quatrain(drafter, writer, ask, 3, told)


def test_lines_that_may_not_follow_are_not_taken(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="free", syllables=(4, 9), seed=3)
    rules = writer.rules(ask)
    lines = drafter.stanza(ask, 1, (), rules, lambda text, before: "the" not in words_of(text), lambda: None)
    assert all("the" not in words_of(line) for line in lines)
    assert drafter.stanza(ask, 1, (), rules, lambda text, before: False, lambda: None) == ()


def with_drafter(writer: Writer, drafter: EditorDrafter) -> Writer:
    ear: Any = drafter.editor
    made = Writer(writer.engine, writer.language, writer.copies, drafters=writer.drafters, editor=editing.Judge(ear))
    assert made.composer is None  # what only scores can't draft
    made.composer = drafter
    return made


def test_a_shelf_has_its_quatrains_but_not_among_its_first_lines(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="ABCB", syllables=(5, 9), seed=11, drafters=("editor", "backward", "letters"))
    both, earlier = with_drafter(writer, drafter), [f"An earlier line of many, number {n}" for n in range(16)]
    first = both.write(ask, 0, 4)
    assert first == writer.write(ask, 0, 4)
    lines = both.write(ask, 16, 16, earlier)
    assert [line.origin for line in lines].count("editor") >= 4
    assert len({line.text for line in lines}) == 16
    assert both.write(ask, 16, 4, earlier) == lines[:4]


def test_its_first_quatrain_is_waited_for_where_nobody_else_is_asked(drafter: EditorDrafter, writer: Writer) -> None:
    ask = Ask(rhyme="ABCB", syllables=(5, 9), seed=11, drafters=("editor",))
    assert "editor" in [line.origin for line in with_drafter(writer, drafter).write(ask, 0, 8)]


def test_first_lines_and_words_wait_for_none_of_it(writer: Writer) -> None:
    model: Any = Model()
    drafter = drafting(model)
    drafter.stanza = pytest.fail  # type: ignore[method-assign, assignment]
    with_drafter(writer, drafter).write(Ask(rhyme="ABCB", seed=11, drafters=("editor", "letters")), 0, 4)
    with_drafter(writer, drafter).write(Ask(word="river", seed=11))


def test_a_setlist_says_who_drafts(writer: Writer) -> None:
    assert not by_editor.is_turn(Ask())
    assert by_editor.is_turn(Ask(drafters=("editor",)))
    assert not by_editor.is_turn(Ask(drafters=("backward", "frames")))
    assert not by_editor.is_turn(Ask(rhyme_with="rain", drafters=("editor",)))


@pytest.mark.parametrize(
    ("line", "able"), [("A dog on it's back", False), ("I know it's late", True), ("On its back", True)]
)
def test_a_line_spells_its(line: str, able: bool) -> None:
    assert by_editor._is_new(line, "", ()) == able


@pytest.mark.parametrize(
    ("line", "begun", "able"),
    [
        ("I sold my hat for the hat", "", False),  # a word twice
        ("I sold the old blue hat", "I sold the", False),  # three words of a line before
        ("I sold the old red hat", "I sold the", True),
        ("I sold the old red hat", "", False),
        ("I sold the", "I sold the", False),
    ],
)
def test_what_a_line_repeats_it_may_only_where_it_was_begun_so(line: str, begun: str, able: bool) -> None:
    assert by_editor._is_new(line, begun, ["I sold the old blue hat"]) == able


def test_what_only_scores_lines_does_not_draft() -> None:
    assert by_editor.make(SimpleNamespace(digest="ear")) is None
