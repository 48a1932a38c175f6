"""The form of the page asks for what a setlist takes: its ranges, choices and defaults are those of the models."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.setup import sheet
from stagelyric.setup.form import form
from stagelyric.setup.process import answer
from stagelyric.setup.sheet import Sheet
from stagelyric.types.actions import ACTIONS
from stagelyric.types.events import EVENT_KINDS

MODELS: dict[str, type[BaseModel]] = {"set": Setlist, "song": Song, "section": Section, "trigger": Trigger, "on": On}
ELSEWHERE = {"songs", "sections", "triggers", "on", "do"}  # keys with a place of their own on the page
FORM = form()


def fields(*kinds: str) -> list[Any]:
    return [
        pytest.param(model, field, id=f"{name}-{field['key']}")
        for name, model in MODELS.items() for field in FORM[name] if field["kind"] in kinds
    ]  # fmt: skip


def takes(model: type[BaseModel], key: str, value: object) -> bool:
    """Whether a model takes a value for a key, whatever its other keys are."""
    info = model.model_fields[key]
    annotation: Any = info.annotation
    for each in info.metadata:
        annotation = Annotated[annotation, each]
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", MODELS)
def test_every_key_is_asked_for_once_and_those_that_must_be_there_are_marked(name: str) -> None:
    model = MODELS[name]
    keys = [field["key"] for field in FORM[name]]
    assert sorted(keys) == sorted(set(model.model_fields) - ELSEWHERE)
    needed = {field["key"] for field in FORM[name] if field["needed"]}
    assert needed == {key for key, info in model.model_fields.items() if info.is_required()} - ELSEWHERE
    assert all(field["means"] for field in FORM[name])


@pytest.mark.parametrize(("model", "field"), fields("whole", "number"))
def test_a_number_s_range_is_the_one_that_is_taken(model: type[BaseModel], field: dict[str, Any]) -> None:
    for end, beyond in (("least", -1), ("most", 1)):
        if end in field:
            assert takes(model, field["key"], field[end])
            assert not takes(model, field["key"], field[end] + beyond)


@pytest.mark.parametrize(("model", "field"), fields("span"))
def test_a_span_s_range_is_the_one_that_is_taken(model: type[BaseModel], field: dict[str, Any]) -> None:
    key, least, most = field["key"], field["least"], field["most"]
    assert takes(model, key, [least, most])
    assert not takes(model, key, [least - 1, most])
    assert not takes(model, key, [least, most + 1])
    assert not takes(model, key, [most, least])


@pytest.mark.parametrize(("model", "field"), fields("choice"))
def test_each_choice_is_taken_and_nothing_else(model: type[BaseModel], field: dict[str, Any]) -> None:
    assert all(takes(model, field["key"], option) for option in field["options"])
    assert len(set(field["options"])) == len(field["options"])
    assert not takes(model, field["key"], "none of these")


@pytest.mark.parametrize(("model", "field"), fields("choices"))
def test_several_choices_are_taken_together(model: type[BaseModel], field: dict[str, Any]) -> None:
    assert takes(model, field["key"], field["options"][:2]) or takes(model, field["key"], field["options"][:1])
    assert not takes(model, field["key"], ["none of these"])


@pytest.mark.parametrize(("model", "field"), fields("bool"))
def test_a_switch_is_on_or_off(model: type[BaseModel], field: dict[str, Any]) -> None:
    assert takes(model, field["key"], True)
    assert takes(model, field["key"], False)
    assert not takes(model, field["key"], "perhaps")


@pytest.mark.parametrize("name", MODELS)
def test_what_is_told_as_usual_is_taken(name: str) -> None:
    usual = {field["key"]: field["default"] for field in FORM[name] if "default" in field}
    assert [key for key, value in usual.items() if not takes(MODELS[name], key, value)] == []


def test_kinds_and_actions_are_all_there_in_their_order() -> None:
    assert [kind["name"] for kind in FORM["kinds"]] == [kind.name for kind in EVENT_KINDS]
    assert [action["name"] for action in FORM["actions"]] == list(ACTIONS)
    for kind in FORM["kinds"]:  # a note may be written by its name, so a page must not ask for a number alone
        assert not (kind["text"] and kind["whole"])
    assert {kind["name"] for kind in FORM["kinds"] if not kind["text"] and not kind["whole"]} == {"note"}


# -- what an edit changes

rows = st.lists(st.sampled_from(["", "a = 1", "b = 2", "[[songs]]", "# ours"]), max_size=12).map("\n".join)


@given(rows, rows)
@settings(max_examples=60)
def test_the_rows_that_are_shown_turn_one_text_into_the_other(before: str, after: str) -> None:
    changes = sheet._changes(before, after)
    gone = Counter(row[1:] for row in changes if row.startswith("-"))
    new = Counter(row[1:] for row in changes if row.startswith("+"))
    assert len(changes) == gone.total() + new.total()
    left = Counter(before.splitlines())
    assert gone <= left
    assert left - gone + new == Counter(after.splitlines())
    assert (changes == []) is (before.splitlines() == after.splitlines())


@given(rows)
@settings(max_examples=30)
def test_a_text_in_the_form_for_editing_ends_with_its_last_line(text: str) -> None:
    for raw in (text, "\ufeff" + text, text.replace("\n", "\r\n")):
        found = sheet._lines(raw)
        assert found.endswith("\n")
        assert "\r" not in found
        assert sheet._lines(found) == found
        assert found.splitlines() == (text.splitlines() or [""])


@given(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=6), st.integers(0, 5))
@settings(max_examples=30)
def test_what_is_taken_off_or_put_on_at_the_end_is_shown(lines: list[str], kept: int) -> None:
    whole, less = "\n".join(lines), "\n".join(lines[:kept])
    assert sheet._changes(whole, less) == [f"-{line}" for line in lines[kept:]]
    assert sheet._changes(less, whole) == [f"+{line}" for line in lines[kept:]]


def test_of_a_huge_change_only_so_much_is_shown() -> None:
    changes = sheet._changes("a = 1\n", "".join(f"a = {number}\n" for number in range(2, 5000)))
    assert len(changes) == sheet._ROWS
    assert changes[:2] == ["-a = 1", "+a = 2"]
    assert sheet._changes("a\n" * 30_000, "b\n" * 30_000) == []  # it would take long to compare


# -- whatever a page sends


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    file = tmp_path_factory.mktemp("small") / "set.toml"
    file.write_text('title = "Night"\n[[songs]]\ntitle = "Ferry"\n')
    return Sheet(file)


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(["check", "save", "make", "told", "", "sav"]), json, json)
@settings(max_examples=30)
def test_whatever_is_sent_is_answered_and_nothing_written(small: Sheet, order: str, wanted: Any, revision: Any) -> None:
    before = small.file.read_bytes()
    for body in (wanted, {"set": wanted, "revision": revision}, {"title": wanted, "words": revision}):
        status, said = answer(small, order, orjson.dumps(body))
        assert status in (200, 400, 409)
        assert status == 200 or said["error"]
        assert (status == 200) is (order not in ("check", "save", "make") and isinstance(body, dict))
    assert small.file.read_bytes() == before


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"nan", b"{}x", b"[" * 2000])
def test_what_is_no_json_is_said(small: Sheet, body: bytes) -> None:
    assert answer(small, "check", body) == (400, {"error": "That is no JSON."})


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"set"'])
def test_what_is_no_object_is_said(small: Sheet, body: bytes) -> None:
    status, said = answer(small, "save", body)
    assert status == 400
    assert said["error"].startswith("Wanted an object")


def test_a_file_that_is_not_there_can_be_made_and_not_checked(tmp_path: Path) -> None:
    new = Sheet(tmp_path / "new.toml")
    status, said = answer(new, "check", b'{"set": {}, "revision": "x"}')
    assert (status, said) == (409, {"error": "new.toml was changed by somebody else meanwhile: nothing was saved"})
    assert not new.file.exists()
