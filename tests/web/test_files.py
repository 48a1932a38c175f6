"""The pages as they are served: each names the sheets and scripts that it needs, so that none is found out late."""

import re

import pytest

from stagelyric.web import files


@pytest.mark.parametrize("address", [*files.PAGES, *files.REPLAY, "thumb"])
def test_a_page_names_all_that_its_scripts_import(address: str) -> None:
    served = files.read_thumb() if address == "thumb" else files.read(replay=True)
    page = served["/" if address == "thumb" else address].body.decode()
    scripts = re.findall(r'(?:modulepreload" href|type="module" src)="(/static/\w+\.js)"', page)
    texts = [served[script].body.decode() for script in scripts]
    wanted = {f"/static/{name}" for text in texts for name in re.findall(r'from "\./([\w.]+)"', text)}
    assert scripts
    assert wanted <= set(scripts)
    assert len(scripts) == len(set(scripts))
    assert "{" not in page.partition("<body>")[0]


@pytest.mark.parametrize("address", [*files.PAGES, *files.REPLAY, "thumb"])
def test_a_page_is_styled_by_its_own_sheet_last(address: str) -> None:
    served = files.read_thumb() if address == "thumb" else files.read(replay=True)
    page = served["/" if address == "thumb" else address].body.decode()
    sheets = re.findall(r'"stylesheet" href="(/static/\w+\.css)"', page)
    assert sheets[0] == "/static/base.css"
    assert sheets[-1] == f"/static/{(files.PAGES | files.REPLAY).get(address, files.THUMB).name}.css"
    assert set(sheets) <= set(served)
