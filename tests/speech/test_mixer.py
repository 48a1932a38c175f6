"""Lines over lines: what is heard, sample by sample."""

import tracemalloc

import numpy as np
import pytest

from stagelyric.speech.mixer import FADE, LINES, WAITING, Mixer, Samples
from stagelyric.types.mixing import Bus, Overlap

RATE, BLOCK = 48_000, 256
STEREO: dict[Bus, tuple[tuple[int, ...], float]] = {"house": ((0, 1), 1.0), "whisper": ((), 0.25)}
FOUR: dict[Bus, tuple[tuple[int, ...], float]] = {"house": ((0, 1), 1.0), "whisper": ((2, 3), 0.25)}


def tone(seconds: float = 0.5, hertz: float = 200.0, size: float = 0.5) -> Samples:
    """Begins and ends at nothing, as every finished line does."""
    time = np.arange(int(seconds * RATE)) / RATE
    return (size * np.sin(2 * np.pi * hertz * time) * np.sin(np.pi * time / seconds)).astype(np.float32)


def run(mixer: Mixer, blocks: int, channels: int = 2, block: int = BLOCK) -> Samples:
    out = np.full((blocks * block, channels), np.nan, dtype=np.float32)
    for begin in range(0, len(out), block):
        mixer.mix(out[begin : begin + block])
    return out


def step(pcm: Samples) -> float:
    """The largest difference between two samples that follow each other."""
    return float(np.abs(np.diff(pcm, axis=0)).max())


@pytest.mark.parametrize("block", [1, 64, 1000, 20_000])
def test_a_line_comes_out_as_it_went_in_whatever_the_block(block: int) -> None:
    line = tone()
    mixer = Mixer(RATE, STEREO)
    mixer.play(line, 1)
    out = run(mixer, -(-len(line) // block) + 1, block=block)
    np.testing.assert_array_equal(out[: len(line), 0], line)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    assert not out[len(line) :].any()


def test_each_bus_has_its_channels_and_its_gain() -> None:
    line, whispered = tone(), tone(hertz=300)
    mixer = Mixer(RATE, FOUR)
    mixer.play(line, 1)
    mixer.play(whispered, 2, "whisper")
    out = run(mixer, 100, channels=4)
    np.testing.assert_array_equal(out[: len(line), 1], line)
    np.testing.assert_allclose(out[: len(line), 3], whispered * np.float32(0.25))
    assert [begun.number for begun in mixer.begun] == [1, 2]


def test_a_bus_without_channels_is_silent() -> None:
    mixer = Mixer(RATE, STEREO)
    mixer.play(tone(), 1, "whisper")
    assert not run(mixer, 20).any()


def test_a_new_line_cuts_the_old_one_off_in_ten_milliseconds() -> None:
    old, new = np.ones(RATE, dtype=np.float32) * 0.5, np.zeros(RATE, dtype=np.float32)
    mixer = Mixer(RATE, STEREO)
    mixer.play(old, 1)
    before = run(mixer, 4)
    mixer.play(new, 2)
    after = run(mixer, 4)[:, 0]
    assert before[-1, 0] == 0.5
    fade = int(FADE * RATE)
    np.testing.assert_allclose(after[:fade], 0.5 - 0.5 * np.arange(1, fade + 1) / fade, atol=1e-5)
    assert not after[fade:].any()


def test_a_line_of_which_nothing_was_heard_is_not_heard_after_all() -> None:
    mixer = Mixer(RATE, STEREO)
    for number, size in enumerate((0.1, 0.2, 0.4)):
        mixer.play(tone(size=size), number)
    np.testing.assert_array_equal(run(mixer, 100)[: RATE // 2, 0], tone(size=0.4))


def test_lines_that_wait_come_one_after_the_other() -> None:
    lines = [tone(0.1, hertz) for hertz in (100, 200, 300)]
    mixer = Mixer(RATE, STEREO, overlap="wait")
    for number, line in enumerate(lines):
        mixer.play(line, number)
    out = run(mixer, 100)[:, 0]
    begins = [0, *(-(-len(lines[0]) // BLOCK) * BLOCK * number for number in (1, 2))]
    for begin, line in zip(begins, lines, strict=True):
        np.testing.assert_array_equal(out[begin : begin + len(line)], line)
    assert mixer.left_out == 0


def test_of_too_many_that_wait_the_oldest_is_left_out() -> None:
    mixer = Mixer(RATE, STEREO, overlap="wait")
    for number in range(WAITING + 3):
        mixer.play(tone(0.05), number)
    run(mixer, 200)
    assert mixer.left_out == 2
    assert [begun.number for begun in mixer.begun] == [0, *range(3, WAITING + 3)]


def test_mixed_lines_sound_together_and_the_older_one_steps_back() -> None:
    old, new = np.full(RATE, 0.3, dtype=np.float32), np.full(RATE, 0.1, dtype=np.float32)
    mixer = Mixer(RATE, STEREO, overlap="mix", duck=0.5)
    mixer.play(old, 1)
    run(mixer, 2)
    mixer.play(new, 2)
    out = run(mixer, 40)[:, 0]
    assert out[-1] == pytest.approx(0.3 * 0.5 + 0.1)
    assert np.all(np.diff(out) <= 1e-6)


def test_panic_is_silent_within_one_buffer() -> None:
    for overlap in ("cut", "wait", "mix"):
        mixer = Mixer(RATE, FOUR, overlap=overlap)
        for number in range(3):
            mixer.play(np.full(RATE, 0.2, dtype=np.float32), number)
        mixer.play(np.full(RATE, 0.2, dtype=np.float32), 9, "whisper")
        run(mixer, 10, channels=4)
        mixer.silence()
        block = run(mixer, 1, channels=4)
        assert abs(block[-1]).max() < 1e-6
        assert not run(mixer, 300, channels=4).any()


def test_a_line_pressed_together_with_the_panic_before_it_is_heard() -> None:
    mixer = Mixer(RATE, STEREO)
    mixer.play(np.full(RATE, 0.2, dtype=np.float32), 1)
    run(mixer, 1)
    mixer.silence()
    mixer.play(tone(), 2)
    out = run(mixer, 100)[:, 0]
    np.testing.assert_array_equal(out[BLOCK : RATE // 2], tone()[BLOCK:])


def test_one_line_can_be_taken_back_also_while_it_waits() -> None:
    mixer = Mixer(RATE, STEREO, overlap="wait")
    mixer.play(tone(0.1), 1)
    mixer.play(np.full(RATE, 0.9, dtype=np.float32), 2)
    mixer.play(tone(0.1, 300), 3)
    run(mixer, 2)
    mixer.stop(2)
    run(mixer, 200)
    assert [begun.number for begun in mixer.begun] == [1, 3]
    mixer.play(np.full(RATE, 0.5, dtype=np.float32), 4)
    run(mixer, 3)
    mixer.stop(4)
    assert not run(mixer, 4)[int(FADE * RATE) :].any()


def test_many_lines_at_once_never_go_beyond_one() -> None:
    mixer = Mixer(RATE, STEREO, overlap="mix", duck=1.0)
    for number in range(LINES):
        mixer.play(tone(1.0, 100 + number, size=0.85), number)
    out = run(mixer, 200)
    assert abs(out).max() <= 1.0
    assert step(out) <= LINES * step(tone(1.0, 120, size=0.85))


@pytest.mark.parametrize("overlap", ["cut", "wait", "mix"])
def test_fifty_presses_in_five_seconds_make_no_click(overlap: Overlap) -> None:
    """A fade adds its own small slope; a click would be a step of the size of the line itself."""
    lines = [tone(1.5, 80 + 7 * number, size=0.6) for number in range(50)]
    steepest = max(step(line) for line in lines)
    mixer = Mixer(RATE, STEREO, overlap=overlap)
    blocks = []
    for number, line in enumerate(lines):
        mixer.play(line, number)
        blocks.append(run(mixer, 19 if number % 2 else 18))  # about 100 ms, at odds with the lines
    blocks.append(run(mixer, 2000))
    out = np.concatenate(blocks)
    together = {"cut": 2, "wait": 1, "mix": LINES}[overlap]
    slope = 0.6 / (FADE * RATE)
    assert step(out) <= together * steepest + slope
    assert abs(out).max() <= 1.0
    assert not out[-BLOCK:].any()


def test_a_mixer_that_runs_for_long_takes_no_memory() -> None:
    lines = [tone(0.2, 100 + number) for number in range(8)]
    mixer = Mixer(RATE, STEREO, overlap="mix")
    out = np.zeros((BLOCK, 2), dtype=np.float32)

    def play(presses: int) -> None:
        for number in range(presses):
            mixer.play(lines[number % len(lines)], number)
            for _ in range(19):
                mixer.mix(out)

    play(300)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        play(300)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 30_000
