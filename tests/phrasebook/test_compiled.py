"""Compiled frames are what was written, open quickly, and are made anew when the texts change."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import casting, compiled, draw, ears, ends, reach
from stagelyric.phrasebook.book import BookError, open_book
from stagelyric.phrasebook.compiled import Choice, Compiled, CompiledError, Lines
from stagelyric.phrasebook.ears import Ear, Marks
from stagelyric.phrasebook.forms import Drawing, Wanted, ends_of, routes_to_word
from stagelyric.phrasebook.frame import Slot, Text, pieces
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.sounds import count as word_syllables
from stagelyric.words.npz import ModelError

PARSED = parse(frames.TEXT, "0.frames").frames


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=4), st.lists(st.integers(0, 1 << 20), max_size=5), max_size=8))
def test_lines_are_kept_for_each_key(lists: dict[str, list[int]]) -> None:
    lines = Lines(lists)
    assert dict(lines) == lists
    assert list(lines) == list(lists)
    assert lines.get("unheard of", ()) == ()
    with pytest.raises(KeyError):
        lines["unheard of"]


def drawing(number: int, seed: int = 1) -> Drawing:
    return Drawing(frames.book().body(number), draw.seeded(seed))


def filling(seed: int = 1) -> casting.Filling:
    return casting.Filling(casting.cast(frames.KNOWN, ["Nora Pike"], ["Leith"], 7), draw.seeded(seed))


def written(choice_or_slot: object) -> object:
    """A piece as nested lists of words, whatever its kind."""
    if isinstance(choice_or_slot, Text):
        return choice_or_slot.text
    if isinstance(choice_or_slot, tuple):
        return choice_or_slot[0]
    if isinstance(choice_or_slot, Slot | Choice):
        return [choice_or_slot.label, [[written(p) for p in choice] for choice in choice_or_slot.choices]]
    return choice_or_slot


def test_a_body_is_the_frame_that_was_compiled() -> None:
    book = frames.book()
    for number, frame in enumerate(PARSED):
        body = book.body(number)
        assert [[written(p) for p in line] for line in body.lines] == [[written(p) for p in x] for x in frame.lines]
        slots = [piece for line in frame.lines for piece in pieces(line) if isinstance(piece, Slot)]
        assert body.alternatives == sum(len(slot.choices) for slot in slots)


def test_entries_say_what_a_frame_has() -> None:
    entry = frames.book().entries[1]
    assert (entry.scheme, entry.hand, entry.people, entry.places, entry.gendered) == ("ABCB", "ballad", 1, 1, True)
    assert entry.kinds == ["animal"]
    assert entry.spans[3] == list(reach.syllable_span(PARSED[1].lines[3]))
    assert entry.named == 1


def test_words_and_rhymes_are_looked_up() -> None:
    book = frames.book()
    assert list(book.with_word("window")) == [(0, 0)]
    assert list(book.with_word("*animal")) == [(1, 2)]
    assert (4, 1) in set(book.with_rhyme("EY N"))


@settings(deadline=None)
@given(st.integers(0, 5), st.integers(0, 100))
def test_forms_are_as_wanted(number: int, seed: int) -> None:
    book = frames.book()
    filled = filling(seed)
    found = Drawing(book.body(number), draw.seeded(seed)).forms(
        lambda: casting.Filling(filled.cast, filled.rng), Wanted((6, 10)), 8
    )
    assert found
    for form in found:
        assert all(6 <= count <= 10 for count in form.syllables)
        for line, count in zip(form.lines, form.syllables, strict=True):
            assert sum(map(word_syllables, line.split())) == count
        for (a, b), refused in book.body(number).refused.items():
            assert (form.ends[a], form.ends[b]) not in refused
        assert len(set(form.taken)) == len(form.taken)


def test_ends_that_do_not_rhyme_are_never_drawn() -> None:
    forms = drawing(3).forms(filling, Wanted(), 200)
    assert {(form.ends[1], form.ends[3]) for form in forms} == {("two", "blue"), ("all", "hall")}


def test_linked_choices_go_together() -> None:
    assert {form.ends[:2] for form in drawing(0).forms(filling, Wanted(), 200)} == {
        ("rain", "train"),
        ("lane", "again"),
    }


def test_a_route_to_a_word_is_kept_to() -> None:
    body = frames.book().body(1)
    (route,) = routes_to_word(body.lines[0], "ferry")
    shared = filling()
    forms = drawing(1).forms(lambda: casting.Filling(shared.cast, shared.rng), Wanted(routes=route), 20)
    assert forms
    assert all("ferry" in form.lines[0] for form in forms)
    assert {form.lines[0].split(" tied ")[0].split(" moored ")[0] for form in forms} == {"Nora", "Nora Pike"}
    assert all("in Leith" in form.lines[0] for form in forms)
    assert all(form.lines[2].startswith("And she ") for form in forms)
    assert routes_to_word(body.lines[0], "submarine") == []
    assert {word for word, _ in ends_of(body.lines[1])} == {"asleep", "bed"}


def test_the_same_draws_give_the_same_forms() -> None:
    assert drawing(1, 5).forms(filling, Wanted(), 9) == drawing(1, 5).forms(filling, Wanted(), 9)
    assert drawing(1, 5).forms(filling, Wanted(), 9) != drawing(1, 6).forms(filling, Wanted(), 9)


def test_thousands_of_forms_a_second() -> None:
    started = time.process_time()
    count = sum(len(drawing(number).forms(filling, Wanted(), 100)) for number in range(4))
    assert count / (time.process_time() - started) > 1000


def test_three_thousand_frames_open_in_a_moment() -> None:
    data = compiled.compiled(PARSED * 100, "x")
    seconds = []
    for _ in range(5):
        started = time.process_time()
        assert len(Compiled(data).entries) == 600
        seconds.append(time.process_time() - started)
    assert 5 * min(seconds) < 0.05


def headed(header: str) -> bytes:
    return compiled.MAGIC + len(header).to_bytes(4, "little") + header.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"nothing", compiled.MAGIC + b"\xff\xff\xff\xff", headed("{}"), headed("[]"),
        *(headed(f'{{"stamp": "a", "offsets": [0], "sections": {wrong}}}') for wrong in ("null", "[]", "5", "{}")),
        headed('{"stamp": "a", "offsets": [0], "sections": {"bodies": [0, 0], "entries": [0, 9]}}'),
    ],
)  # fmt: skip
def test_what_is_no_index_is_told_of(data: bytes) -> None:
    with pytest.raises(CompiledError, match="wanted compiled frames"):
        Compiled(data, "x")


def test_a_section_that_is_damaged_is_told_of_each_time() -> None:
    header = '{"stamp": "a", "offsets": [0], "sections": {"bodies": [0, 0], "entries": [0, 2], "words": [2, 1]}}'
    opened = Compiled(headed(header) + b"[]{", "x")
    for _ in range(2):
        with pytest.raises(ValueError, match="unexpected end"):
            _ = opened.words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "frames"
    (made / "plain").mkdir(parents=True)
    (made / "plain" / "rain.frames").write_text(frames.TEXT)
    for name in ("classes.words", "themes.words"):
        (made / name).write_bytes((frames.FRAMES / name).read_bytes())
    return made


def test_a_book_is_compiled_once_and_anew_when_its_text_changes(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = open_book(folder, cache=cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"dinghy", b"dinghi"))
    assert "dinghi" in str(open_book(folder, cache=cache).body(1))
    kept.write_bytes(b"damaged")
    assert open_book(folder, cache=cache).stamp == first.stamp
    (folder / "plain" / "rain.frames").write_text(frames.TEXT.replace("dinghy", "raft"))
    changed = open_book(folder, cache=cache)
    assert changed.stamp != first.stamp
    assert "raft" in str(changed.body(1))


def test_a_bands_own_frames_are_added_and_told_apart(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "ours.frames"
    own.write_text("@ mood dark; themes sea\nwe saw the {sea|ship}\nand {he|she} saw me\n")
    book = open_book(folder, [own])
    assert [book.is_own(number) for number in range(len(book))] == [False] * 6 + [True]
    assert list(book.with_word("ship")) == [(6, 0)]
    own.write_text("we saw the {sea|ship\nand me\n")
    with pytest.raises(BookError, match=r'ours.frames:1:12: wanted a "}"'):
        open_book(folder, [own])
    with pytest.raises(BookError, match="found: No such file"):
        open_book(folder, [tmp_path / "none.frames"])


def test_an_ear_is_kept_and_read(tmp_path: Path) -> None:
    marks = {
        "abc": Marks((0.5, -1.0, 0.25), {(0, 2): 1.5}, 0.125),
        "def": Marks((0.0, 1.0), {}, -0.5),
    }
    ears.save(tmp_path / ears.FILE, marks)
    ear = ears.load(tmp_path / ears.FILE)
    assert ear.marks == marks
    assert ear.of("abc", 3).of([0, 2]) == 0.5 + 0.25 + 1.5
    assert ear.of("abc", 4).of([0, 3]) == 0.0
    assert ear.of("nobody", 9).weigh(3, 2) == (1.0, 1.0)
    (tmp_path / ears.FILE).write_bytes(b"none")
    with pytest.raises(ModelError, match="a file that is none"):
        ears.load(tmp_path / ears.FILE)


def test_an_ear_is_heard() -> None:
    body = frames.book().body(1)
    loud = tuple(1.0 if number in (2, 5) else -1.0 for number in range(body.alternatives))
    marks = Ear({"x": Marks(loud)}).of("x", body.alternatives)
    forms = Drawing(body, draw.seeded(1), marks.weigh).forms(filling, Wanted(), 30)
    assert sum(2 in form.taken for form in forms) > len(forms) / 2
    assert max(marks.of(form.taken) for form in forms) > min(marks.of(form.taken) for form in forms)


MOSAIC = """@ scheme AA; mood dark
{We|They} {found|kept} it
And {walked|went} {around|past} it

@ scheme AA; mood dark
{We|They} {saw|met} {a|the} *animal
And {we|they} {saw|met} {a coat|a hat|a hole|a chair|a tree|ten men|a log|a tale|a sock}
"""


def test_the_word_before_a_weak_end_decides() -> None:
    body = frames.book(MOSAIC).body(0)
    forms = Drawing(body, draw.seeded(1)).forms(filling, Wanted(), 30)
    assert {tuple(line.split()[-2] for line in form.lines) for form in forms} == {("found", "around")}


def test_what_fills_an_open_slot_at_an_end_rhymes() -> None:
    shared = filling()
    body = frames.book(MOSAIC).body(1)
    forms = Drawing(body, draw.seeded(1)).forms(lambda: casting.Filling(shared.cast, shared.rng), Wanted(), 30)
    assert forms
    assert all(ends.kind(form.lines[0].split(), form.lines[1].split()) == "perfect" for form in forms)
