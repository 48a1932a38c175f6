"""What is built is kept, and made anew when it is damaged, of another version or of other counts."""

import json
from pathlib import Path
from typing import Any

import pytest
from editor import tiny_gguf

from stagelyric.editor import folder
from stagelyric.editor.editor import Editor, built
from stagelyric.editor.faults import EditorError
from stagelyric.editor.llama import Llama


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tiny_gguf.write(tmp_path / "tiny.gguf")


def test_is_built_once(source: Path, tmp_path: Path) -> None:
    said: list[str] = []
    first = built(source, cache=tmp_path / "cache", say=said.append)
    stamp = (first / folder.META).stat().st_mtime_ns
    assert built(source, cache=tmp_path / "cache", say=said.append) == first
    assert (first / folder.META).stat().st_mtime_ns == stamp
    assert len(said) == 1
    assert [child.name for child in (tmp_path / "cache").iterdir()] == [first.name]


@pytest.mark.parametrize("name", [folder.GRAPH, folder.WEIGHTS, folder.META])
@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_damaged_one_is_built_anew(name: str, how: str, source: Path, tmp_path: Path) -> None:
    made = built(source, cache=tmp_path / "cache")
    whole = (made / name).read_bytes()
    if how == "gone":
        (made / name).unlink()
    else:
        changed = whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]
        (made / name).write_bytes(whole[: len(whole) // 2] if how == "cut" else changed)
    with pytest.raises(EditorError):
        folder.read(made)
    said: list[str] = []
    Editor.open(source, cache=tmp_path / "cache", say=said.append)
    assert (made / name).read_bytes() == whole
    assert said[0].startswith("the editor is built anew: ")


def test_another_version_is_built_anew(source: Path, tmp_path: Path) -> None:
    made = built(source, cache=tmp_path / "cache")
    told = json.loads((made / folder.META).read_bytes())
    (made / folder.META).write_text(json.dumps({**told, "version": folder.VERSION + 1}))
    built(source, cache=tmp_path / "cache")
    assert folder.read(made).version == folder.VERSION


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"architecture": "gemma"}, "found the architecture gemma"),
        ({"kind": "bert"}, "found bert"),
        ({"extra": ["blk.0.attn_q.bias"]}, r"found the tensor blk\.0\.attn_q\.bias"),
        ({"heads": 8}, "wanted heads turned as a whole"),
    ],
)
def test_another_kind_of_model_is_refused(what: dict[str, Any], told: str, tmp_path: Path) -> None:
    source = tiny_gguf.write(tmp_path / "other.gguf", **what)
    with pytest.raises(EditorError, match=told):
        built(source, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").glob("*")) == []


@pytest.mark.parametrize("kept", [0, 3, 100, 5_000, 20_000])
def test_half_a_file_is_refused(kept: int, source: Path) -> None:
    source.write_bytes(source.read_bytes()[:kept])
    with pytest.raises(EditorError, match="wanted a GGUF file"):
        Llama(source)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EditorError, match="No such file"):
        Editor.open(tmp_path / "none.gguf", cache=tmp_path)


def test_a_cache_that_cannot_be_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    with pytest.raises(EditorError, match="can't be built"):
        built(source, cache=tmp_path / "cache")
