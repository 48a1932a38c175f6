"""Tempo and phase of a MIDI clock whose pulses arrive on a driver's time grid: JACK's and PipeWire's blocks, USB's
milliseconds.

A pulse is delivered with the block after its due time, so arrivals lie in a strip about as wide as the grid, beside the
true line. A least-squares fit would follow the strip's saw-tooth pattern; the narrowest strip that contains all
arrivals does not. Times are passed in, in seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

WINDOW = 192  # pulses: two bars of 4/4
FEWEST = 7  # no line is fitted to fewer pulses than this
CHANGED = 6  # so many consecutive pulses off the line mean that the tempo has changed
AT_ONCE = 3  # gaps in a row that are together shorter than half a gap: the pulses were held up
NEAR = 9  # gaps between pulses; the middle one is compared with the median of all
MANY, REST = 48, 6  # a line of at least MANY pulses is fitted again only at every REST-th pulse
_LOOSE = 0.001  # seconds by which an arrival may lie outside the strip, since threads wake late
_WIDEST = 0.05  # seconds, the widest grid: 2048 frames at 44.1 kHz take 0.046 s

Point = tuple[int, float]


class PulseLine:
    """The line through the pulses: `interval` is the seconds between pulses (None before there is a line), `time(n)`
    when pulse n is due."""

    def __init__(self) -> None:
        self.interval: float | None = None
        self.width = 0.0
        """Seconds between the earliest and the latest arrival relative to the line: the grid plus other jitter."""
        self._points: deque[Point] = deque(maxlen=WINDOW)
        self._off: list[Point] = []
        self._middle: Point = (0, 0.0)
        self._slope = 0.0
        self._since = 0
        self._gaps: deque[float] = deque(maxlen=NEAR)
        self._odd: deque[float] = deque(maxlen=WINDOW)
        self._last: Point | None = None
        self._burst: float | None = None  # the latest arrival of a burst

    def clear(self) -> None:
        """Forgets everything, since the clock fell silent."""
        self.__init__()  # type: ignore[misc]

    def time(self, number: int) -> float:
        """When pulse `number` is due, measured in the middle of the strip. Requires that `interval` is not None."""
        return self._middle[1] + (number - self._middle[0]) * self._slope

    def hear(self, number: int, at: float) -> None:
        """Takes the arrival of pulse `number` at the time `at`."""
        point = (number, at)
        if self._is_of_burst(at):
            return
        held = self.interval is not None and at - self.time(number) > _WIDEST  # later than any grid
        if self._last is not None and number == self._last[0] + 1 and not held:
            self._note_gap(at - self._last[1])
        self._last = None if held else point
        if self.interval is not None and abs(at - self.time(number)) > self._tolerance():
            self._off.append(point)
            if self._came_at_once():
                self._burst, self._off, self._last = at, [], None
                return
            if len(self._off) < CHANGED:
                return
            self._points.extend(self._off)
            self._since = REST
        else:
            self._points.append(point)
        self._off = []
        self._since += 1
        count = len(self._points)
        if count >= FEWEST and (count < MANY or self._since >= REST):
            self._since = 0
            self._fit()

    def _is_of_burst(self, at: float) -> bool:
        """Whether an arrival belongs to a burst that has been recognized, and so tells nothing of the tempo."""
        if self._burst is None or self.interval is None or at - self._burst >= self.interval / 2:
            self._burst = None
            return False
        self._burst = at
        return True

    def _came_at_once(self) -> bool:
        """Whether the last pulses off the line were held up and then delivered together, faster than any tempo."""
        return (
            self.interval is not None
            and len(self._off) > AT_ONCE
            and self._off[-1][1] - self._off[-1 - AT_ONCE][1] < self.interval / 2
        )

    def _tolerance(self) -> float:
        """Seconds from the middle of the strip within which an arrival fits this tempo; wider for a short line, which
        is less certain."""
        return self._grid() * (0.5 + 4 / len(self._points)) + 2 * _LOOSE

    def _grid(self) -> float:
        """An estimate of the grid in seconds, from how much single gaps differ from the gaps around them."""
        return max(self._odd, default=_WIDEST if len(self._points) < FEWEST else 0.0)

    def _note_gap(self, gap: float) -> None:
        """Records how odd the middle one of the last nine gaps is: compared with their median, or with both of its
        neighbours (long and short gaps in turn are each close to the median). A gradual or sudden tempo change does not
        show, since a median preserves an edge. A single late pulse does not count either, since its gap is too long by
        as much as the next is too short, apart from what the grid, as far as it is known by then, adds to either."""
        self._gaps.append(gap)
        if len(self._gaps) < NEAR:
            return
        gaps = list(self._gaps)
        usual, here = median(gaps), NEAR // 2
        beside = gaps[here - 1], gaps[here + 1]
        odd = max(abs(gaps[here] - usual), min(abs(gaps[here] - other) for other in beside))
        known = max(self._odd, default=0.0)
        pairs = [abs(gaps[here] + other - 2 * usual) for other in beside]
        if min(pairs) < _LOOSE < odd / 2:
            odd = 0.0
        elif min(pairs) < known + _LOOSE < odd:
            odd = known
        self._odd.append(min(odd, _WIDEST))

    def _fit(self) -> None:
        """Fits the line to as many of the latest pulses as are consistent with one tempo."""
        limit = self._grid() + 2 * _LOOSE
        points = list(self._points)
        slope, width, offset = _line(points)
        while width > limit and len(points) > CHANGED:
            points = points[max(1, len(points) // 4) :]
            slope, width, offset = _line(points)
        if len(points) < len(self._points):
            self._points.clear()
            self._points.extend(points)
        if slope <= 0:
            return
        self._slope, self.width, self.interval = slope, width, slope
        self._middle = (points[0][0], points[0][1] + offset)


def _line(points: Sequence[Point]) -> tuple[float, float, float]:
    """The line through the points, as (slope, width, offset of the strip's middle from the first point)."""
    if len(points) < 12:
        slope = _squares(points)
        low, high = _edges(points, slope)
        return slope, high - low, (low + high) / 2
    slope, width = _strip(points)
    low, high = _edges(points, slope)
    return slope, width, (low + high) / 2


def _edges(points: Sequence[Point], slope: float) -> tuple[float, float]:
    (n0, t0) = points[0]
    beside = [t - t0 - slope * (n - n0) for n, t in points]
    return min(beside), max(beside)


def _squares(points: Sequence[Point]) -> float:
    count = len(points)
    mean_n, mean_t = sum(n for n, _ in points) / count, sum(t for _, t in points) / count
    return sum((n - mean_n) * (t - mean_t) for n, t in points) / sum((n - mean_n) ** 2 for n, _ in points)


def _strip(points: Sequence[Point]) -> tuple[float, float]:
    """The narrowest strip that contains all points, as (slope, width), measured along the time axis. One of its edges
    always contains an edge of the points' convex hull."""
    lower, upper = _hull(points, 1), _hull(points, -1)
    best = (0.0, float("inf"))
    for edge, other, sign in ((lower, upper, 1), (upper, lower, -1)):
        for (n1, t1), (n2, t2) in pairwise(edge):
            slope = (t2 - t1) / (n2 - n1)
            width = max(sign * (t - t1 - slope * (n - n1)) for n, t in other)
            if width < best[1]:
                best = (slope, width)
    return best


def _hull(points: Sequence[Point], sign: int) -> list[Point]:
    """The lower (1) or upper (-1) side of the convex hull, from left to right."""
    hull: list[Point] = []
    for n, t in points:
        while (
            len(hull) > 1
            and sign
            * ((hull[-1][0] - hull[-2][0]) * (t - hull[-2][1]) - (hull[-1][1] - hull[-2][1]) * (n - hull[-2][0]))
            <= 0
        ):
            hull.pop()
        hull.append((n, t))
    return hull
