"""Which tests the run with everything hidden leaves out: a suite of its own, run twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = {
    "test_alone.py": "def test_alone():\n    pass\n",
    "test_process.py": "import subprocess, sys\n\ndef test_process():\n    subprocess.run([sys.executable, '-c', ''])\n"
    "\ndef test_beside():\n    pass\n",
    "test_network.py": "import socket\n\ndef test_network():\n    socket.getaddrinfo('0.0.0.0', 80)\n",
    "test_here.py": "import asyncio, socket\n\ndef test_here():\n    asyncio.run(asyncio.sleep(0))\n"
    "    with socket.create_server(('127.0.0.1', 0)) as made:\n"
    "        socket.create_connection(made.getsockname()).close()\n",
    "test_found.py": "import shutil\n\ndef test_found():\n    shutil.which('python')\n",
    "test_library.py": "from ctypes import util\n\ndef test_library():\n    util.find_library('c')\n",
    "test_imported.py": "import os\n\nHERE = os.environ.get('PATH')\n\ndef test_imported():\n    pass\n",
    "test_fetched.py": "from stagelyric.types import paths\n\ndef test_fetched():\n    paths.editors()\n",
    "test_needing.py": "import pytest\n\n@pytest.mark.needs('python')\ndef test_needing():\n    pass\n",
    "test_package.py": "import pytest\n\n@pytest.mark.needs('package:pytest')\ndef test_package():\n    pass\n",
    "test_required.py": "import programs\n\nprograms.require('python')\n\ndef test_required():\n    pass\n",
    "test_skipped.py": "import pytest\n\ndef test_skipped():\n    pytest.skip('there is none')\n",
    "test_one.py": "def test_one(shared):\n    pass\n",
    "test_two.py": "def test_two(shared):\n    pass\n",
}
CONFTEST = """
import outside, pytest
from ctypes import util

def pytest_configure(config):
    outside.listen(config)

def pytest_collection_modifyitems(items):
    names = outside.left_out()
    items[:] = [item for item in items if names.isdisjoint((item.nodeid, outside.file_of(item.nodeid)))]

@pytest.fixture(scope="session")
def shared():
    return util.find_library("c")
"""


def run(folder: Path, *options: str, **environment: str) -> int:
    """How many of its tests passed."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "STAGELYRIC_"))}
        | {"PYTHONPATH": paths, "STAGELYRIC_REACHED": str(folder / "kept" / "left-out.json")} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.splitlines()[-1].partition(" passed")[0].split()[-1])


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "side by side"])
def test_what_reaches_for_nothing_is_left_out_where_everything_is_hidden(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = needs(what)\n", encoding="utf-8")
    assert run(tmp_path, *options, STAGELYRIC_HIDE_PROGRAMS="1") == 14  # nobody has said what could be left out
    assert run(tmp_path, *options) == 14
    assert json.loads((tmp_path / "kept" / "left-out.json").read_text(encoding="utf-8")) == [
        "test_alone.py",
        "test_here.py",
        "test_package.py",
        "test_process.py::test_beside",
    ]
    assert run(tmp_path, *options, STAGELYRIC_HIDE_PROGRAMS="1") == 10
