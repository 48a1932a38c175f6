import shutil
from pathlib import Path

import pytest
from lm.tiny import lyrics

from stagelyric.training import build


@pytest.fixture(scope="module")
def vocabulary(random_attention: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer's folder, its craft and all."""
    folder = tmp_path_factory.mktemp("models") / "coin"
    shutil.copytree(random_attention, folder)
    build.build(folder, [lyrics(40)])
    return folder
