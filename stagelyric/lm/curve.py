"""How a training went, as a picture for the model's card: bits per character over the characters read."""

from __future__ import annotations

from collections.abc import Sequence

FILE = "curve.svg"

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 320, 56, 40
_MOST = 240  # points of a line

Point = tuple[float, float]


def drawn(trained: Sequence[Point], checked: Sequence[Point]) -> str:
    """An SVG of (characters, bits per character): a line while training, dots on held-out text."""
    points = [point for point in trained[:: max(1, len(trained) // _MOST)] if point[1] < 8]
    every = [*points, *checked]
    if len(every) < 2:
        return ""
    furthest = max(x for x, _ in every) or 1.0
    low = min(y for _, y in every) - 0.05
    high = min(max(y for _, y in every), low + 2.0)  # the first steps would leave no room for the rest

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
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#333"><rect width="100%" height="100%" fill="#fff"/>{rungs}'
        f'<polyline points="{line}" fill="none" stroke="#1d4ed8" stroke-width="1.5"/>{dots}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}">bits per character; line: training text, dots: held-out songs</text>'
        f'<text x="{_WIDTH - 16}" y="{_HEIGHT - 12}" text-anchor="end">{furthest / 1e6:.1f} M characters</text></svg>\n'
    )
