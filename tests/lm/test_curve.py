from xml.etree import ElementTree

from stagelyric.lm.curve import drawn


def test_a_curve_falls_and_its_dots_stand_in_the_picture() -> None:
    svg = drawn([(n * 1e5, 3.0 - n / 100) for n in range(100)], [(2e6, 2.6), (8e6, 2.1)])
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    line = root.find(f"{space}polyline")
    assert line is not None
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert points == sorted(points)
    assert points[0][1] < points[-1][1]
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.iter(f"{space}circle")]
    assert len(dots) == 2
    assert all(56 <= x <= 704 and 16 <= y <= 280 for x, y in (*points, *dots))


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn([], []) == ""
    assert drawn([(0, 9.0)], []) == ""
