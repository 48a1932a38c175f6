"""A llama made at random, small enough for every test that reads with one."""

from pathlib import Path

import pytest
from editor import tiny_gguf

from stagelyric.editor.editor import Editor


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="module")
def editor(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Editor:
    return Editor.open(source, cache=tmp_path_factory.mktemp("cache"))
