"""Decides when the next line is whispered to the singer: a number of beats before it is expected."""

_LONGEST_GAP = 64.0  # beats; lines further apart than this say nothing about when the next comes


class Whisper:
    """Pure; beats are the clock's. The next line is expected after the same interval as that between the last two.

    If no interval is known yet (a song begins, or only one line was shown), the whisper comes with the next beat. If
    the next line changes after it was whispered (a veto, another section), the new one is whispered.
    """

    def __init__(self, beats: float) -> None:
        self._beats = beats
        self._due: float | None = float("-inf")
        self._line: float | None = None  # the beat at which the last line was shown
        self._whispered = ""

    def song(self) -> None:
        """A song begins."""
        self._due, self._line, self._whispered = float("-inf"), None, ""

    def line(self, beat: float) -> None:
        """A line is shown."""
        gap = beat - self._line if self._line is not None else 0.0
        known = 0 < gap <= _LONGEST_GAP
        self._due = beat + (gap - self._beats if known else 0.0)
        self._line, self._whispered = beat, ""

    def clear(self) -> None:
        """The stage was cleared: nothing is expected until a line is shown."""
        self._due = None

    def due(self, beat: float, text: str) -> bool:
        """Whether to whisper `text`, the next line, at this beat; true once per text."""
        if self._due is None or beat < self._due - 1e-3 or not text or text == self._whispered:
            return False
        self._whispered = text
        return True
