"""What is made of a voice's file."""

from pathlib import Path

import numpy as np
import pytest

soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
sound = pytest.importorskip("stagelyric.speech.sound", reason="the extra speech is not installed")

Samples = np.ndarray


def sine(hertz: float, seconds: float, rate: int, decibels: float = 0.0) -> Samples:
    time = np.arange(int(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_loudness_is_as_the_standard_says(rate: int) -> None:
    """BS.1770-4: a full sine of 997 Hz in one channel is -3.01 LKFS. (Its table is for 48 kHz; near enough below.)"""
    assert sound.loudness(sine(997, 5, rate), rate) == pytest.approx(-3.01, abs=0.05)


def test_loudness_is_gated_as_in_the_ebus_third_test() -> None:
    """Tech 3341, test 3, in one channel: -36, -23 and -36 dBFS for 10, 60 and 10 s; the quiet parts do not count."""
    parts = [sine(1000, seconds, 48_000, level) for seconds, level in ((10, -36), (60, -23), (10, -36))]
    assert sound.loudness(np.concatenate(parts), 48_000) == pytest.approx(-23 - 3.01, abs=0.1)


def test_loudness_of_a_word_and_of_nothing() -> None:
    assert sound.loudness(sine(997, 0.2, 48_000), 48_000) == pytest.approx(-3.0, abs=0.2)
    assert sound.loudness(np.zeros(48_000, dtype=np.float32), 48_000) == -np.inf
    assert sound.loudness(np.zeros(10, dtype=np.float32), 48_000) == -np.inf


@pytest.mark.parametrize("decibels", [-50, -30, -6])
def test_every_line_is_as_loud_as_the_others(decibels: float) -> None:
    finished = sound.finish(sine(500, 2, 22_050, decibels), 22_050, 48_000)
    assert sound.loudness(finished, 48_000) == pytest.approx(sound.LOUDNESS, abs=0.2)


def test_a_peak_is_never_beyond_the_limit() -> None:
    """A click a second: hardly loud, all peak."""
    clicks = np.zeros(4 * 48_000, dtype=np.float32)
    clicks[::48_000] = 0.9
    assert np.abs(sound.level(clicks, 48_000)).max() <= sound.PEAK + 1e-6


def test_silence_before_and_after_is_cut_off() -> None:
    quiet = np.zeros(11_025, dtype=np.float32)
    pcm = sound.trim(np.concatenate([quiet, sine(300, 1, 22_050), quiet]), 22_050)
    assert 1.0 < len(pcm) / 22_050 < 1.03


def test_a_line_begins_and_ends_at_nothing_and_begins_at_once() -> None:
    finished = sound.finish(sine(300, 1, 22_050), 22_050, 48_000)
    assert finished[0] == 0
    assert finished[-1] == pytest.approx(0, abs=1e-4)
    assert np.flatnonzero(np.abs(finished) > 0.02)[0] < 0.003 * 48_000


def test_nothing_to_hear_is_a_sound_all_the_same(tmp_path: Path) -> None:
    nothing = sound.finish(np.zeros(1000, dtype=np.float32), 22_050, 48_000)
    sound.write(tmp_path / "nothing.flac", nothing, 48_000)
    assert not sound.read(tmp_path / "nothing.flac")[0].any()


def test_a_tone_is_the_same_tone_at_another_rate() -> None:
    pcm = sound.resample(sine(1000, 1, 22_050), 22_050, 48_000)
    assert len(pcm) == 48_000
    assert np.argmax(np.abs(np.fft.rfft(pcm))) == 1000
    middle = slice(4800, -4800)
    np.testing.assert_allclose(pcm[middle], sine(1000, 1, 48_000)[middle], atol=2e-3)


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "FLAC"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_content_of_a_file_decides_and_not_its_name(tmp_path: Path, kind: str, channels: int) -> None:
    """macOS's voices write AIFF whatever the name says."""
    wanted = sine(440, 0.5, 22_050, -6)
    soundfile.write(tmp_path / "line.wav", np.stack([wanted] * channels, axis=1), 22_050, format=kind)
    pcm, rate = sound.read(tmp_path / "line.wav")
    assert rate == 22_050
    assert pcm.shape == wanted.shape
    np.testing.assert_allclose(pcm, wanted, atol=1e-4)


def test_what_is_no_sound_file_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "line.wav").write_bytes(b"not a sound")
    for name in ("line.wav", "none.wav"):
        with pytest.raises(OSError, match=name):
            sound.read(tmp_path / name)


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    pcm = sine(440, 0.5, 48_000, -6)
    sound.write(tmp_path / "line.flac", pcm, 48_000)
    np.testing.assert_allclose(sound.read(tmp_path / "line.flac")[0], pcm, atol=1e-4)
    with pytest.raises(OSError, match=r"line\.flac"):
        sound.write(tmp_path / "line.flac" / "line.flac", pcm, 48_000)
    assert [path.name for path in tmp_path.iterdir()] == ["line.flac"]
