import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.show.clock import Clock
from stagelyric.types.events import Beat, ClockPulse, Tempo, Transport


def pulses(clock: Clock, start: float, count: int, bpm: float) -> float:
    for number in range(count):
        clock.hear(ClockPulse(start + number * 60 / bpm / 24, "midi", "p"))
    return start + (count - 1) * 60 / bpm / 24


def test_the_internal_clock_counts_from_the_song_on() -> None:
    clock = Clock()
    clock.song(120.0, 4.0, at=10.0)
    assert (clock.beat(10.0), clock.beat(12.0)) == (0.0, 4.0)


@pytest.mark.parametrize(
    ("quantize", "at", "due"),
    [
        ("now", 10.3, 10.3),
        ("beat", 10.3, 10.5),
        ("bar", 10.3, 12.0),
        (2, 10.3, 11.0),
        ("bar", 12.0, 12.0),
        (0.5, 10.3, 10.5),
    ],
)
def test_what_is_quantised_is_due_on_its_grid(quantize: float, at: float, due: float) -> None:
    clock = Clock()
    clock.song(120.0, 4.0, at=10.0)
    assert clock.sync(quantize, at) == pytest.approx(due)


@given(
    tempo=st.floats(20, 400), at=st.floats(0, 1e5), quantize=st.sampled_from(["beat", "bar", 0.25, 3.0]),
)  # fmt: skip
def test_due_is_never_past_and_at_most_one_grid_away(tempo: float, at: float, quantize: float) -> None:
    clock = Clock()
    clock.song(tempo, 4.0, at=0.0)
    wait = clock.sync(quantize, at) - at
    grid = {"beat": 1.0, "bar": 4.0}.get(quantize, quantize)  # type: ignore[call-overload]
    assert 0 <= wait <= grid * 60 / tempo + 1e-6


def test_midi_clock_gives_tempo_and_beat() -> None:
    clock = Clock("midi", tempo=100.0)
    clock.hear(Transport(0.0, "midi", "start"))
    last = pulses(clock, 1.0, 49, bpm=96.0)
    assert clock.tempo == pytest.approx(96.0)
    assert clock.beat(last) == pytest.approx(2.0)
    assert clock.sync("bar", last) == pytest.approx(last + 2 * 60 / 96)


def test_one_late_pulse_does_not_change_the_tempo() -> None:
    clock = Clock("midi")
    last = pulses(clock, 0.0, 24, bpm=120.0)
    clock.hear(ClockPulse(last + 0.060, "midi", "p"))
    assert clock.tempo == pytest.approx(120.0)


def test_a_stopped_or_silent_midi_clock_makes_nothing_wait() -> None:
    clock = Clock("midi")
    last = pulses(clock, 0.0, 30, bpm=120.0)
    assert clock.sync("bar", last) > last
    assert clock.sync("bar", last + 5.0) == last + 5.0
    clock.hear(Transport(last, "midi", "stop"))
    assert clock.sync("bar", last) == last


def test_song_position_and_continue() -> None:
    clock = Clock("midi")
    clock.hear(Transport(0.0, "midi", "position", 16))
    clock.hear(Transport(0.0, "midi", "continue"))
    last = pulses(clock, 1.0, 1, bpm=120.0)
    assert clock.beat(last) == pytest.approx(4.0)


def test_osc_sets_tempo_without_a_leap_and_beat_with_one() -> None:
    clock = Clock("osc")
    clock.song(60.0, 4.0, at=0.0)
    before = clock.beat(3.0)
    clock.hear(Tempo(3.0, "osc", 120.0))
    assert clock.beat(3.0) == pytest.approx(before)
    assert clock.beat(4.0) == pytest.approx(before + 2)
    clock.hear(Beat(5.0, "osc", 16.0))
    assert clock.beat(5.5) == pytest.approx(17.0)
    clock.song(80.0, 4.0, at=6.0)
    assert clock.tempo == 120.0  # who is told the tempo keeps it


def test_sources_that_were_not_chosen_are_disregarded() -> None:
    clock = Clock()
    clock.song(90.0, 4.0, at=0.0)
    clock.hear(Tempo(1.0, "osc", 200.0))
    pulses(clock, 0.0, 30, bpm=200.0)
    assert clock.tempo == 90.0


@given(st.floats(0, 1e4))
def test_the_next_beat_is_whole_and_after(at: float) -> None:
    clock = Clock()
    clock.song(97.0, 4.0, at=0.0)
    due, beat = clock.next_beat(at)
    assert due > at - 1e-9
    assert beat == int(beat)
    assert clock.beat(due) == pytest.approx(beat, abs=1e-5)
