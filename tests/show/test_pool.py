from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from stagelyric.show.pool import CHUNK, FIRST, STANZA, Pool
from stagelyric.types.lines import Ask, Line, normal


def lines(*texts: str) -> list[Line]:
    return [Line(text, "model") for text in texts]


def test_lines_are_taken_in_their_order_and_once() -> None:
    pool, ask = Pool(), Ask()
    pool.put(ask, 0, lines("One", "Two", "Three"))
    first = pool.peek(ask, ())
    assert first is not None
    assert [line.text for line in iter(lambda: pool.take(ask, ()), None)] == ["One", "Two", "Three"]
    assert first.text == "One"
    assert pool.take(ask, ()) is None


def test_a_used_line_is_passed_over_however_it_is_written() -> None:
    pool, ask = Pool(), Ask()
    pool.put(ask, 0, lines("Don't wake Mr. Harbour!", "Two"))
    line = pool.take(ask, {normal("dont wake mr harbour")})
    assert line is not None
    assert line.text == "Two"


def test_a_chunk_that_comes_twice_or_early_changes_nothing() -> None:
    pool, ask = Pool(), Ask()
    assert pool.put(ask, 0, lines("One", "Two")) == 2
    assert pool.put(ask, 0, lines("One", "Two", "Three")) == 1
    assert pool.put(ask, 9, lines("Ten")) == 0
    assert [(line.text, line.index) for line in pool.shelf(ask).lines] == [("One", 0), ("Two", 1), ("Three", 2)]


def test_an_empty_shelf_lends_from_the_nearest_wildness() -> None:
    pool, ask = Pool(), Ask(wildness=0.5)
    pool.put(replace(ask, wildness=0.9), 0, lines("Wild"))
    pool.put(replace(ask, wildness=0.4), 0, lines("Near"))
    pool.put(replace(ask, wildness=0.5, prime="another song"), 0, lines("Elsewhere"))
    line = pool.take(ask, ())
    assert line is not None
    assert line.text == "Near"


def test_every_section_gets_its_first_lines_before_any_is_filled() -> None:
    pool, asks = Pool(target=64), [Ask(seed=seed) for seed in range(4)]
    near, order = [asks[2], asks[3], asks[1]], []
    while (wanted := pool.hungry(near, asks)) is not None:
        ask, start, count = wanted
        order.append((ask.seed, start + count))
        pool.put(ask, start, lines(*(f"{start + number}" for number in range(count))))
    assert order[:4] == [(2, FIRST), (3, FIRST), (0, FIRST), (1, FIRST)]
    assert order[4:8] == [(2, CHUNK), (3, CHUNK), (1, CHUNK), (0, CHUNK)]
    assert {seed for seed, _ in order[8:]} == {1, 2, 3}  # the rest of the set has its quarter by then
    assert [pool.ready(ask) for ask in asks] == [CHUNK, 64, 64, 64]


def test_the_nth_press_takes_the_nth_line_whether_it_was_there_or_not() -> None:
    slow, quick, ask = Pool(), Pool(), Ask()
    quick.put(ask, 0, lines("One", "Two", "Three", "Four"))
    taken = [(slow.take(ask, ()), quick.take(ask, ())) for _ in range(2)]
    assert [line for line, _ in taken] == [None, None]
    slow.put(ask, 0, lines("One", "Two", "Three", "Four"))
    assert slow.ready(ask) == quick.ready(ask) == 2
    assert slow.take(ask, ()) == quick.take(ask, ()) == quick.shelf(ask).lines[2]


def framed(*frames: str) -> list[Line]:
    return [Line(f"{frame} {place}", "frame", frame=frame) for frame in frames for place in range(STANZA)]


def taken(pool: Pool, ask: Ask, count: int) -> list[str]:
    texts = list[str]()
    for _ in range(count):
        line = pool.take(ask, texts)
        assert line is not None
        pool.sung(ask, line)
        texts.append(line.text)
    return texts


def test_a_frame_that_was_sung_from_another_shelf_is_passed_over() -> None:
    pool, verse, chorus = Pool(), Ask(seed=1), Ask(seed=2)
    pool.put(verse, 0, framed("a", "b"))
    pool.put(chorus, 0, framed("a", "c", "a"))
    assert taken(pool, verse, 2) == ["a 0", "a 1"]
    assert taken(pool, chorus, 5) == ["c 0", "c 1", "c 2", "c 3", "a 0"]  # what comes again is all there is
    assert taken(pool, verse, 3) == ["a 2", "a 3", "b 0"]


def test_a_shelf_is_named_alike_everywhere() -> None:
    assert Ask(seed=7, names=("Polly",)).digest == "0dc5e7ecb9d85a71"[:0] + Ask(names=("Polly",), seed=7).digest
    assert Ask(seed=7).digest != Ask(seed=8).digest


@given(st.text())
def test_normal_forms_are_stable(text: str) -> None:
    assert normal(normal(text)) == normal(text)
