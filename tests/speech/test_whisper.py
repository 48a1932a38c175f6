"""When the next line is whispered. Beats are handed in."""

from stagelyric.speech.whisper import Whisper


def heard(whisper: Whisper, beats: range, text: str) -> list[int]:
    return [beat for beat in beats if whisper.due(beat, text)]


def test_the_first_line_of_a_song_is_whispered_at_once() -> None:
    whisper = Whisper(4)
    whisper.song()
    assert heard(whisper, range(8), "One") == [0]


def test_a_line_is_whispered_so_many_beats_before_it_is_expected() -> None:
    whisper = Whisper(4)
    whisper.line(0)
    whisper.line(16)
    assert heard(whisper, range(17, 40), "Three") == [28]
    whisper.line(24)  # sooner this time: so is the next one
    assert heard(whisper, range(25, 40), "Four") == [28]


def test_without_room_for_it_the_whisper_comes_with_the_next_beat() -> None:
    whisper = Whisper(8)
    whisper.line(0)
    whisper.line(4)
    assert heard(whisper, range(5, 12), "Three") == [5]


def test_a_line_that_becomes_another_one_is_whispered_again() -> None:
    whisper = Whisper(2)
    whisper.line(0)
    whisper.line(4)
    assert heard(whisper, range(5, 8), "Three") == [6]
    assert whisper.due(8, "Another")
    assert not whisper.due(9, "Another")


def test_after_a_clear_nothing_is_expected_until_a_line_goes_up() -> None:
    whisper = Whisper(4)
    whisper.line(0)
    whisper.clear()
    assert heard(whisper, range(1, 20), "Two") == []
    whisper.line(20)
    assert heard(whisper, range(21, 60), "Two") == [36]


def test_nothing_is_never_whispered() -> None:
    assert heard(Whisper(4), range(8), "") == []
