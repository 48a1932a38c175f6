"""Pictures of patches, as SVG: boxes and the cords between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_CHARACTER, _LINE = 6.7, 18  # in pixels, of the monospaced font
_STYLE = (
    "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#16161a}"
    ".object{fill:#fff;stroke:#16161a}.message{fill:#e8e4da;stroke:#16161a}.comment{fill:none;stroke:none}"
    ".cord{stroke:#5a5a66;stroke-width:1.2;fill:none}"
)


@dataclass(frozen=True, slots=True)
class Box:
    """`kind`: object, message or comment; `x`, `y`: its top left corner in pixels."""

    kind: str
    text: str
    x: float
    y: float

    @property
    def width(self) -> float:
        return max(len(self.text) * _CHARACTER + 8, 24)


def svg(boxes: Sequence[Box], cords: Sequence[tuple[int, int, int, int]] = ()) -> str:
    """`cords`: (box, outlet, box, inlet), each counted from 0."""
    width = max((box.x + box.width for box in boxes), default=0) + 16
    height = max((box.y for box in boxes), default=0) + _LINE + 16
    outlets = {index: max((cord[1] for cord in cords if cord[0] == index), default=0) for index in range(len(boxes))}
    inlets = {index: max((cord[3] for cord in cords if cord[2] == index), default=0) for index in range(len(boxes))}

    def at(index: int, place: int, count: int) -> float:
        box = boxes[index]
        return box.x + 4 + (box.width - 8) * (place / count if count else 0)

    lines = [
        f'<path class="cord" d="M{at(a, out, outlets[a]):.0f} {boxes[a].y + _LINE:.0f}'
        f'L{at(b, into, inlets[b]):.0f} {boxes[b].y:.0f}"/>'
        for a, out, b, into in cords
    ]
    for box in boxes:
        lines.append(
            f'<rect class="{box.kind}" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{_LINE}"/>'
            f'<text x="{box.x + 4:.0f}" y="{box.y + 13:.0f}">{escape(box.text)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">'
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#f6f4ee"/>{"".join(lines)}</svg>\n'
    )


def flow(*steps: str) -> str:
    """A diagram of who sends what to whom, from left to right: names, and between them what is sent."""
    boxes, cords, x = list[Box](), list[tuple[int, int, int, int]](), 16.0
    for number, step in enumerate(steps):
        box = Box("comment" if number % 2 else "object", f"— {step} →" if number % 2 else step, x, 24)
        boxes.append(box)
        x += box.width + 10
    return svg(boxes, cords)
