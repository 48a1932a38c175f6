"""The learning curve: bits per character over the characters read, as data, and as a picture for the model card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stagelyric.lm.checkpoint import Meta, ModelError, read_file

FILE, DATA = "curve.svg", "curve.json"

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 320, 56, 40
_MOST = 240  # points of the plotted line, at most

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (characters read, bits per character): during training, and on held-out text.

    `of`: the model that was trained, if this is the curve of a parent model; `unit`: what is counted on the x axis.
    """

    trained: Sequence[Point]
    checked: Sequence[Point] = ()
    of: str = ""
    unit: str = "character"

    def files(self) -> Mapping[str, bytes]:
        """The data and the picture as files for a model's folder; {} if there are too few points."""
        picture = drawn(self.trained, self.checked, self.unit)
        if not picture:
            return {}
        told = {"of": self.of, "trained": _thinned(self.trained), "held_out": list(self.checked)}
        return {FILE: picture.encode(), DATA: (json.dumps(told, separators=(",", ":")) + "\n").encode()}


def read(folder: Path, meta: Meta) -> Curve | None:
    """The curve in a model's folder, or None. Raises ModelError if it is damaged."""
    if DATA not in meta.files:
        return None
    try:
        told = json.loads(read_file(folder, DATA, meta))
        trained, checked = ([(float(x), float(y)) for x, y in told[key]] for key in ("trained", "held_out"))
        return Curve(trained, checked, str(told["of"]))
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{folder / DATA}: wanted the curve of a training, found something else") from error


def _thinned(points: Sequence[Point]) -> list[Point]:
    kept = list(points[:: max(1, -(-len(points) // (_MOST - 1)))])
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def drawn(trained: Sequence[Point], checked: Sequence[Point], unit: str = "character") -> str:
    """An SVG of (characters, bits per character): a line for training, dots for held-out text."""
    points = [point for point in _thinned(trained) if point[1] < 8]
    every = [*points, *checked]
    if len(every) < 2:
        return ""
    furthest = max(x for x, _ in every) or 1.0
    low = min(y for _, y in every) - 0.05
    high = min(max(y for _, y in every), low + 2.0)  # the very high values of the first steps would flatten the rest

    def at(point: Point) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - 16) * point[0] / furthest
        return x, (_HEIGHT - _BOTTOM) - (_HEIGHT - _BOTTOM - 16) * (min(point[1], high) - low) / (high - low)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, points))
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#c2410c"/>' for x, y in map(at, checked))
    rungs = ""
    step = 0.1 if high - low < 0.8 else 0.25
    rung = (int(low / step) + 1) * step
    while rung < high:
        y = at((0, rung))[1]
        rungs += f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 16}" stroke="#ddd"/>'
        rungs += f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{rung:.2f}</text>'
        rung += step
    said = f"bits per {unit}; line: training text" + (", dots: held-out songs" if checked else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#333"><rect width="100%" height="100%" fill="#fff"/>{rungs}'
        f'<polyline points="{line}" fill="none" stroke="#1d4ed8" stroke-width="1.5"/>{dots}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}">{said}</text>'
        f'<text x="{_WIDTH - 16}" y="{_HEIGHT - 12}" text-anchor="end">{furthest / 1e6:.1f} M {unit}s</text></svg>\n'
    )
