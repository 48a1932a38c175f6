"""The setup page's sheet says what `stagelyric check` says, each fault at its key, and its form knows every key."""

import json
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stagelyric.commands.check import check
from stagelyric.setlist.editing import as_data, edited
from stagelyric.setlist.faults import keys_of
from stagelyric.setlist.setlist import Setlist
from stagelyric.setup.form import form
from stagelyric.setup.process import answer
from stagelyric.setup.sheet import Sheet

HERE = Path("setlists")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set")
    for name in ("demo.toml", "harbour-lights.txt"):
        shutil.copy(HERE / name, folder / name)
    return folder / "demo.toml"


SPOILED = st.sampled_from([
    ("title", ""), ("tempo", "fast"), ("tempo", 1000), ("wildness", 2), ("tmepo", 90), ("lyrics", "none.txt"),
    ("names", "Polly"), ("mood", "sad"), ("time_signature", "x"), ("title", 'a "b", c: [1]'), ("sections", None),
])  # fmt: skip
SPOILED_SECTION = st.sampled_from([
    ("syllables", [9, 7]), ("syllables", [0, 7]), ("syllables", "x"), ("rhyme", "ABBA"), ("name", None),
    ("safety", [""]),
    ("triggers", [{"on": {"key": "x"}, "do": {"goto": "nowhere"}}]), ("triggers", [{"on": {}, "do": "nextline"}]),
])  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 2), SPOILED), max_size=3),
    st.lists(st.tuples(st.integers(0, 2), SPOILED_SECTION), max_size=3),
)
def test_it_says_what_check_says(file: Path, songs: Any, sections: Any) -> None:
    sheet = Sheet(file)
    told = sheet.told()[1]
    wanted = told["set"]
    for number, (key, value) in sections:
        wanted["songs"][number]["sections"][-1][key] = value
    for number, (key, value) in songs:
        wanted["songs"][number][key] = value
    status, found = sheet.check({"revision": told["revision"], "set": wanted})
    assert status == 200
    other = file.with_name("other.toml")
    text = file.read_text("utf-8")
    other.write_text(edited(text, wanted), "utf-8")
    said = json.loads(CliRunner().invoke(check, [str(other), "--json"]).stdout)
    assert [one["text"] for one in found["faults"]] == [fault.removeprefix(f"{other}: ") for fault in said["faults"]]
    assert [one["text"] for one in found["warnings"]] == [each.removeprefix(f"{other}: ") for each in said["warnings"]]
    now = as_data(other.read_text("utf-8"))
    for one in found["faults"]:
        assert one["text"].endswith(one["short"])
        here: Any = now
        for key in one["keys"][:-1]:
            here = here[key]  # the place is there
        assert one["keys"]


@pytest.mark.parametrize(
    ("sentence", "keys", "short"),
    [
        ("wanted at least one [[songs]], found none", [], "wanted at least one [[songs]], found none"),
        ("title: wanted, and missing", ["title"], "wanted, and missing"),
        ('songs[1] "a "b", c: d", tempo: wanted x', ["songs", 0, "tempo"], "wanted x"),
        ('songs[2] "Again (2)", lyrics x.txt: no words', ["songs", 1, "lyrics"], "x.txt: no words"),
        ("songs[9]: wanted a table", ["songs", 8], "wanted a table"),
        ("never_quote x: y", ["never_quote"], "x: y"),
        ("not valid TOML: x", [], "not valid TOML: x"),
    ],
)
def test_a_sentence_s_place(sentence: str, keys: list[str | int], short: str) -> None:
    data = {"songs": [{"title": 'a "b", c: d'}, {"title": "Again"}]}
    assert keys_of(sentence, data, Setlist.model_fields) == (keys, short)


def test_the_form_has_every_key_and_only_kinds_that_the_page_knows() -> None:
    made = form()
    keys = {field["key"] for field in made["song"]}
    assert keys == {
        "title", "tempo", "time_signature", "key", "names", "themes", "wildness", "lyrics", "hand", "mood", "kept",
    }  # fmt: skip
    fields = [field for name in ("set", "song", "section", "trigger", "on") for field in made[name]]
    script = Path("stagelyric/web/static/setup_fields.js").read_text("utf-8")
    known = script.partition("const INPUTS = {")[2].partition("}")[0]
    assert all(field["kind"] in known and field["means"] for field in fields)
    span = next(field for field in made["section"] if field["key"] == "syllables")
    assert (span["kind"], span["least"], span["most"], list(span["default"])) == ("span", 1, 40, [5, 11])


@pytest.mark.parametrize("data", [b"\r\n", b"\xef\xbb\xbf"])
def test_marks_and_line_ends_stay(tmp_path: Path, data: bytes) -> None:
    text = 'title = "x"\n[[songs]]\ntitle = "a" # one\n[[songs.sections]]\nname = "s"\nsafety = ["A line of its own"]\n'
    raw = text.replace("\n", "\r\n").encode() if data == b"\r\n" else data + text.encode()
    file = tmp_path / "set.toml"
    file.write_bytes(raw)
    sheet = Sheet(file)
    told = sheet.told()[1]
    asked = {"revision": told["revision"], "set": told["set"]}
    assert sheet.save(asked)[0] == 200
    assert file.read_bytes() == raw
    asked["set"]["songs"][0]["tempo"] = 90
    assert sheet.save(asked)[0] == 200
    end = b"\r\n" if data == b"\r\n" else b"\n"
    assert file.read_bytes() == raw.replace(b'"a" # one' + end, b'"a" # one' + end + b"tempo = 90" + end)


def test_a_disk_that_takes_nothing_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stagelyric.types import whole

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    sheet = Sheet(file)
    told = sheet.told()[1]
    told["set"]["seed"] = 5
    monkeypatch.setattr(whole, "replace", full)
    body = orjson.dumps({"revision": told["revision"], "set": told["set"]})
    status, said = answer(sheet, "save", body)
    assert (status, said["error"]) == (500, "demo.toml: could not be written: No space left on device")


def test_a_set_is_made_of_a_title_and_a_few_words_where_there_is_none(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "new.toml")
    status, told = sheet.told()
    assert (status, told["new"], told["set"]) == (200, True, None)
    status, told = sheet.make({"title": " Ferry ", "words": ["rain", " ", "harbour"]})
    assert (status, told["faults"]) == (200, [])
    (song,) = told["set"]["songs"]
    assert (song["title"], song["themes"]) == ("Ferry", ["rain", "harbour"])
    before = sheet.file.read_bytes()
    assert sheet.make({"title": "Other", "words": ["rain"]}) == (
        409, {"error": "new.toml is there by now: nothing was written"},
    )  # fmt: skip
    assert sheet.file.read_bytes() == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "title: wanted a text"), ({"title": 3, "words": ["rain"]}, "title: wanted a text"),
        ({"title": " ", "words": ["rain"]}, "title: wanted a text"), ({"title": "Ferry"}, "words: wanted"),
        ({"title": "Ferry", "words": "rain"}, "words: wanted"), ({"title": "Ferry", "words": [1]}, "words: wanted"),
        ({"title": "Ferry", "words": ["", " "]}, "found none"),
    ],
)  # fmt: skip
def test_what_makes_no_set_is_a_sentence_and_no_file(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    sheet = Sheet(tmp_path / "new.toml")
    with pytest.raises(ValueError, match=said):
        sheet.make(asked)
    assert not sheet.file.exists()


def small(folder: Path, title: str = "Ferry") -> Sheet:
    (folder / "set.toml").write_text(
        f'# ours\ntitle = "Night"\n[[songs]]\ntitle = "{title}"\n[[songs.sections]]\nname = "v"\nsafety = ["Row on"]\n'
    )
    return Sheet(folder / "set.toml")


def test_nothing_is_saved_over_what_somebody_else_wrote_meanwhile(tmp_path: Path) -> None:
    sheet = small(tmp_path)
    told = sheet.told()[1]
    asked = {"revision": told["revision"], "set": told["set"] | {"seed": 7}}
    theirs = sheet.file.read_text().replace("Night", "Their night")
    sheet.file.write_text(theirs)
    assert sheet.check(asked)[1]["stale"]
    status, said = sheet.save(asked)
    assert (status, said["error"]) == (409, "set.toml was changed by somebody else meanwhile: nothing was saved")
    assert said["changes"] == ['-title = "Their night"', '+title = "Night"', "+seed = 7"]
    assert sheet.file.read_text() == theirs
    sheet.file.unlink()
    assert sheet.save(asked)[0] == 409
    assert not sheet.file.exists()


def test_a_revision_that_nobody_knows_any_more_is_stale(tmp_path: Path) -> None:
    sheet = small(tmp_path)
    first = sheet.told()[1]
    for number in range(5):  # four texts are remembered
        small(tmp_path, f"Ferry {number}")
        sheet.told()
    with pytest.raises(LookupError, match="changed by somebody else"):
        sheet.check({"revision": first["revision"], "set": first["set"]})
    with pytest.raises(ValueError, match="revision: wanted"):
        sheet.check({"set": first["set"]})
    with pytest.raises(ValueError, match="set: wanted a table"):
        sheet.check({"revision": sheet.told()[1]["revision"], "set": []})


def test_a_set_with_a_fault_is_not_saved_and_the_fault_is_named(tmp_path: Path) -> None:
    sheet = small(tmp_path)
    told, before = sheet.told()[1], sheet.file.read_text()
    told["set"]["songs"][0]["tempo"] = "fast"
    status, said = sheet.save({"revision": told["revision"], "set": told["set"]})
    assert (status, said["error"]) == (422, "not saved: set.toml would have a fault")
    assert [fault["keys"] for fault in said["faults"]] == [["songs", 0, "tempo"]]
    assert sheet.file.read_text() == before


@pytest.mark.parametrize("content", [b'title = "x', b"\xff\xfe\x00", b"title = 1\ntitle = 2\n"])
def test_a_file_that_is_no_toml_is_told_with_its_faults_and_no_set(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.toml").write_bytes(content)
    status, told = Sheet(tmp_path / "set.toml").told()
    assert (status, told["set"], told["revision"]) == (200, None, "")
    assert told["faults"]
    assert all(str(tmp_path) not in fault["text"] for fault in told["faults"])
