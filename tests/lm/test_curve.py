import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stagelyric.lm import curve
from stagelyric.lm.checkpoint import ModelError, note_files, read_meta
from stagelyric.lm.curve import Curve, drawn


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


def test_the_figures_are_kept_beside_the_picture_and_read_back(random_model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(random_model, tmp_path / "dice"))
    assert curve.read(folder, read_meta(folder)) is None
    went = Curve([(n * 1e4, 4.0 - n / 1000) for n in range(1000)], [(5e6, 3.5)], "base")
    files = went.files()
    assert set(files) == {curve.FILE, curve.DATA}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    kept = curve.read(folder, note_files(folder, files))
    assert kept is not None
    assert kept == replace(went, trained=kept.trained)
    assert kept.trained[0] == went.trained[0]
    assert kept.trained[-1] == went.trained[-1]
    assert 200 < len(kept.trained) < 400
    assert Curve([]).files() == {}
    (folder / curve.DATA).write_text(json.dumps({"of": "", "trained": [[1]], "held_out": []}))
    with pytest.raises(ModelError, match="damaged or of another model"):
        curve.read(folder, read_meta(folder))
    with pytest.raises(ModelError, match="wanted the curve of a training"):
        curve.read(folder, note_files(folder, [curve.DATA]))
