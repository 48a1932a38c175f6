"""Each action's way through the patches, from what is clicked to what is sent; and the pictures of them."""

import re
import shlex
import xml.etree.ElementTree as ElementTree
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.gear.osc.addresses import Address
from stagelyric.patches import pd, qlab, supercollider
from stagelyric.patches.export import KINDS, files, write
from stagelyric.patches.picture import Box, flow, svg
from stagelyric.patches.target import DOES, SAYS, Target, name, table

TARGET = Target("192.168.1.20", 9001, 9002)
CANVASES = {"build": pd.build(TARGET), "help": pd.help_patch(), "demo": pd.demo_patch(TARGET)}
SVG = "{http://www.w3.org/2000/svg}"

Read = tuple[list[tuple[str, str]], list[tuple[int, int, int, int]]]
"""A patch's boxes (kind and text) and its cords, as Pure Data reads them from its file."""


def read(dump: str) -> Read:
    boxes, cords = list[tuple[str, str]](), list[tuple[int, int, int, int]]()
    for statement in re.split(r"(?<!\\);\n?", dump):
        words = statement.split(" ")
        if words[:2] == ["#X", "connect"]:
            one, outlet, other, inlet = map(int, words[2:])
            cords.append((one, outlet, other, inlet))
        elif words[0] == "#X":
            boxes.append((words[1], re.sub(r"\\([,;$\\])", r"\1", " ".join(words[4:]))))
    return boxes, cords


def outlets(text: str) -> int:
    """How many outlets a box has; for those whose outlets we use."""
    kind, *arguments = text.split(" ")
    return {"route": len(arguments) + 1, "sel": len(arguments) + 1, "t": len(arguments), "netsend": 2}.get(kind, 1)


# -- Pure Data


@pytest.mark.parametrize("canvas", CANVASES.values(), ids=list(CANVASES))
def test_a_patch_is_read_from_its_file_with_every_box_and_cord(canvas: pd.Canvas) -> None:
    boxes, cords = read(canvas.dump())
    kinds = {"object": "obj", "message": "msg", "comment": "text"}
    assert [(kind, text.replace("$", "")) for kind, text in boxes] == [
        (kinds[box.kind], box.text.replace("\\$", "").replace("$", "")) for box in canvas.boxes
    ]
    assert cords == canvas.cords


@pytest.mark.parametrize("canvas", CANVASES.values(), ids=list(CANVASES))
def test_every_cord_leads_from_an_outlet_that_is_there_to_another_box(canvas: pd.Canvas) -> None:
    for one, outlet, other, inlet in canvas.cords:
        assert one != other
        assert {one, other} <= set(range(len(canvas.boxes)))
        assert outlet < outlets(canvas.boxes[one].text), canvas.boxes[one].text
        assert inlet in (0, 1)
        assert "comment" not in (canvas.boxes[one].kind, canvas.boxes[other].kind)
    assert max(Counter(canvas.cords).values()) == 1


@pytest.mark.parametrize("entry", DOES, ids=lambda entry: name(entry.address))
def test_each_message_is_sent_to_its_own_address(entry: Address) -> None:
    """Along the cords: from the route's outlet of its name to the only [oscformat] that it reaches, and to the net."""
    canvas = CANVASES["build"]
    (route,) = (place for place, box in enumerate(canvas.boxes) if box.text.startswith("route line"))
    place = canvas.boxes[route].text.split(" ")[1:].index(name(entry.address))
    reached = [canvas.boxes[box].text for box in behind(canvas, route, place)]
    assert [text for text in reached if text.startswith("oscformat")] == [f"oscformat {pd.spaced(entry.address)}"]
    assert "netsend -u -b" in reached


def behind(canvas: pd.Canvas, box: int, outlet: int) -> list[int]:
    """All boxes that something which comes out of an outlet reaches."""
    found: list[int] = []
    waiting = [other for one, out, other, _ in canvas.cords if (one, out) == (box, outlet)]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.append(at)
            waiting += [other for one, _, other, _ in canvas.cords if one == at]
    return found


def test_the_demo_prints_each_thing_that_is_told_under_its_name() -> None:
    canvas = CANVASES["demo"]
    (route,) = (place for place, box in enumerate(canvas.boxes) if box.text.startswith("route "))
    for place, what in enumerate(SAYS):
        assert [canvas.boxes[box].text for box in behind(canvas, route, place)] == [f"print {what}"]


@given(st.lists(st.text("ab 1,;$", min_size=1, max_size=12).map(lambda text: f"x{text}x"), min_size=1, max_size=5))
@settings(max_examples=40)
def test_what_a_message_or_a_comment_says_comes_through_its_file(texts: list[str]) -> None:
    canvas = pd.Canvas()
    for number, text in enumerate(texts):
        (canvas.message if number % 2 else canvas.comment)(text, 10, 20 * number)
    boxes, cords = read(canvas.dump())
    assert [text for _, text in boxes] == texts
    assert cords == []


# -- other languages


def test_methods_of_the_class_are_names_of_their_own() -> None:
    methods = [supercollider.method(entry.address) for entry in DOES]
    assert len(set(methods)) == len(methods)
    assert all(re.fullmatch("[a-z][A-Za-z0-9]*", method) for method in methods)
    assert not {"on", "free", "init", "new", "performList"} & set(methods)  # the class's own


def test_the_class_closes_what_it_opens_and_sends_each_address_once() -> None:
    (text,) = (one.data.decode() for one in files(TARGET, ("supercollider",)) if one.path.endswith(".sc"))
    bare = re.sub(r'"[^"\n]*"|//[^\n]*', "", text)
    for opened, closed in ("{}", "()", "[]"):
        assert bare.count(opened) == bare.count(closed)
    assert bare.count("|") % 2 == 0
    sent = re.findall(r'sendMsg\("([^"]+)"', text)
    assert Counter(sent) == Counter(
        [*(entry.address for entry in DOES), "/stagelyric/subscribe", "/stagelyric/unsubscribe"]
    )


@pytest.mark.parametrize("entry", DOES, ids=lambda entry: name(entry.address))
def test_a_message_for_qlab_has_its_address_and_values(entry: Address) -> None:
    written = qlab.message(entry.address, entry.example)
    address, *values = shlex.split(written)
    assert address == entry.address
    assert len(values) == len(entry.example)
    for value, example in zip(values, entry.example, strict=True):
        assert value == example if isinstance(example, str) else float(value) == example
        assert (f'"{value}"' in written) is isinstance(example, str)


def test_each_kind_of_patch_has_a_folder_and_paths_of_its_own() -> None:
    whole = [file.path for file in files(TARGET)]
    apart = {kind: [file.path for file in files(TARGET, (kind,))] for kind in KINDS}
    assert len(set(whole)) == len(whole)
    assert sorted(whole) == sorted(path for paths in apart.values() for path in paths)
    assert all("\\" not in path and ".." not in path and not path.startswith("/") for path in whole)
    assert all({"README.md", "picture.svg"} <= {Path(path).name for path in paths} for paths in apart.values())


def test_what_is_written_replaces_its_own_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "qlab").mkdir()
    (tmp_path / "qlab" / "README.md").write_text("old")
    (tmp_path / "qlab" / "mine.txt").write_text("mine")
    written = write(tmp_path / ".", TARGET)
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in written} == {
        file.path: file.data for file in files(TARGET)
    }
    assert (tmp_path / "qlab" / "mine.txt").read_text() == "mine"


@given(st.lists(st.tuples(st.text("ab`", max_size=4), st.text("ab", max_size=4)), max_size=4))
@settings(max_examples=20)
def test_a_table_has_its_head_and_every_row(rows: list[tuple[str, ...]]) -> None:
    head, line, *rest = table(rows, "one", "two").split("\n")
    assert (head, line) == ("| one | two |", "|---|---|")
    assert [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rest] == rows


# -- pictures

boxes = st.builds(
    Box, st.sampled_from(["object", "message", "comment"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc"]), max_size=30),
    st.floats(0, 900), st.floats(0, 900),
)  # fmt: skip


@given(st.lists(boxes, max_size=6), st.data())
@settings(max_examples=50)
def test_a_picture_has_each_box_with_its_text_and_each_cord_between_two(drawn: list[Box], data: st.DataObject) -> None:
    places = st.integers(0, max(len(drawn) - 1, 0))
    cord = st.tuples(places, st.integers(0, 4), places, st.integers(0, 4))
    cords = data.draw(st.lists(cord, max_size=5)) if drawn else []
    picture = ElementTree.fromstring(svg(drawn, cords))
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    assert [one.text or "" for one in picture.iter(f"{SVG}text")] == [box.text for box in drawn]
    rectangles = [one for one in picture.iter(f"{SVG}rect") if "class" in one.attrib]
    assert [one.attrib["class"] for one in rectangles] == [box.kind for box in drawn]
    for one in rectangles:
        assert float(one.attrib["x"]) + float(one.attrib["width"]) <= width
        assert float(one.attrib["y"]) + float(one.attrib["height"]) <= height
    paths = list(picture.iter(f"{SVG}path"))
    assert len(paths) == len(cords)
    for path, (one_at, _, other_at, _) in zip(paths, cords, strict=True):
        begin, end = (point.split() for point in path.attrib["d"].removeprefix("M").split("L"))
        for (x, _), box in ((begin, drawn[one_at]), (end, drawn[other_at])):
            assert box.x - 1 <= float(x) <= box.x + box.width + 1


@given(st.lists(st.text("abc <&>", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_flow_goes_from_left_to_right_and_nothing_lies_upon_another(steps: list[str]) -> None:
    picture = ElementTree.fromstring(flow(*steps))
    told = [one.text or "" for one in picture.iter(f"{SVG}text")]
    assert told == [f"— {step} →" if number % 2 else step for number, step in enumerate(steps)]
    spans = [
        (float(one.attrib["x"]), float(one.attrib["x"]) + float(one.attrib["width"]))
        for one in picture.iter(f"{SVG}rect") if "class" in one.attrib
    ]  # fmt: skip
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
