"""When the next line is whispered to the singer: a number of beats before it is expected."""

_LONGEST_GAP = 64.0  # beats; lines further apart than this tell nothing about the next one


class Whisper:
    """Pure; beats are the clock's. A line is expected as long after the last one as that came after the one before it.

    Where nothing is known yet (a song begins, or one line is up) the whisper comes with the next beat. A line that
    becomes another one after it was whispered (a veto, another section) is whispered again.
    """

    def __init__(self, beats: float) -> None:
        self._beats = beats
        self._due: float | None = float("-inf")
        self._line: float | None = None  # the beat at which the last one went up
        self._whispered = ""

    def song(self) -> None:
        """A song begins."""
        self._due, self._line, self._whispered = float("-inf"), None, ""

    def line(self, beat: float) -> None:
        """A line goes up."""
        gap = beat - self._line if self._line is not None else 0.0
        known = 0 < gap <= _LONGEST_GAP
        self._due = beat + (gap - self._beats if known else 0.0)
        self._line, self._whispered = beat, ""

    def clear(self) -> None:
        """Nothing is expected until a line goes up."""
        self._due = None

    def due(self, beat: float, text: str) -> bool:
        """Whether `text`, the next line, is to be whispered at this beat; true once for each text."""
        if self._due is None or beat < self._due - 1e-3 or not text or text == self._whispered:
            return False
        self._whispered = text
        return True
