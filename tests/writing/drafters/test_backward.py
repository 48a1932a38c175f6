"""Drafts last word first: what the model of words has read beyond the model of letters is not quoted either."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stagelyric.gates import novelty
from stagelyric.gates.novelty import Copies
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.writing.drafters import backward
from stagelyric.writing.drafters.backward import READ, BackwardDrafter
from stagelyric.writing.drafters.contract import Parts
from stagelyric.writing.writer import Writer

ASK = Ask(rhyme="free", syllables=(8, 10), seed=21, drafters=("backward",))


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer.open(paths.find_model("transformer"))


def drafter(writer: Writer) -> BackwardDrafter:
    (found,) = (ready.drafter for ready in writer.drafters if ready.row.name == "backward")
    assert isinstance(found, BackwardDrafter)
    return found


def test_what_it_alone_has_read_is_known_where_it_lies_beside_it(writer: Writer, tmp_path: Path) -> None:
    file = paths.backward(paths.find_model("transformer"))
    assert file is not None
    assert drafter(writer).copies is None  # the shipped one has read what the model of letters has read
    shutil.copyfile(file, tmp_path / file.name)
    Copies(novelty.build(["the boats are coming home to the harbour"])).save(tmp_path / READ)
    parts = Parts(writer.engine, writer.language, tmp_path)
    found = backward.make(parts)
    assert found is not None
    assert found.copies is not None
    assert found.copies.quotes("the boats are coming home to the harbour")


def test_a_line_that_stands_in_what_it_has_read_is_not_drafted(writer: Writer) -> None:
    own = drafter(writer)
    before = [line.text for line in writer.write(ASK, 0, 4)]
    kept, own.copies = own.copies, Copies(novelty.build(before))
    try:
        fresh = Writer(
            writer.engine, writer.language, writer.copies, drafters=writer.drafters
        )  # one that remembers no block
        after = [line.text for line in fresh.write(ASK, 0, 4)]
    finally:
        own.copies = kept
    assert not set(after) & set(before)
    assert not any(Copies(novelty.build(before)).quotes(line) for line in after)
