import gzip
from pathlib import Path

import fakes
import numpy as np
import pytest

from stagelyric.gates import novelty
from stagelyric.gates.novelty import Copies
from stagelyric.gates.quoting import QuotingError, quoting, stamp, stanzas
from stagelyric.types.lines import Ask
from stagelyric.writing.writer import Writer

SONG = "The ferry turns at Leith, my dear\nAnd nobody waves from the pier\n\nA second stanza, caf\u00e9 and all\n"
FORMATS = {
    "song.txt": SONG,
    "song.cho": "{title: Leith}\n[C]The ferry [G]turns at Leith, my dear\nAnd nobody waves from the pier\n\n"
    "A second stanza, caf\u00e9 and all\n",
    "song.lrc": "[ti:Leith]\n[00:01.00]The ferry turns at Leith, my dear\n[00:03.00]And nobody waves from the pier\n"
    "[00:05.00]\n[00:06.00]A second stanza, caf\u00e9 and all\n",
    "song.xml": '<song xmlns="http://openlyrics.info/namespace/2009/song"><lyrics><verse name="v1"><lines>The ferry '
    "turns at Leith, my dear<br/>And nobody waves from the pier</lines></verse><verse><lines>A second stanza, "
    "caf\u00e9 and all</lines></verse></lyrics></song>",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_lyrics_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(FORMATS[name], "utf-8")
    first = "the ferry turns at leith my dear and nobody waves from the pier"
    assert stanzas(file) == [first, "a second stanza cafe and all"]
    copies = Copies(novelty.of_files([file]))
    assert copies.quotes("Oh, nobody waves from the pier tonight")
    assert copies.quotes("at Leith, my dear, and nobody")  # over the end of a line
    assert not copies.quotes("The ferry turns at dawn, and nobody waved")
    lines = [
        "Nobody waves from the pier",
        "And the ferry turns at Leith",
        "Leith my dear and nobody",
        "The pier a second",
    ]
    assert quoting([*lines, "Rain"], [file]) == set(lines[:3])


def test_old_and_packed_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(SONG.encode("latin-1"))
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(SONG.encode()))
    for name in ("old.txt", "packed.txt.gz"):
        assert stanzas(tmp_path / name)[1] == "a second stanza cafe and all"


def test_a_stamp_names_what_stands_in_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("A line", "utf-8")
    two.write_text("A line", "utf-8")
    assert stamp([]) == ""
    assert stamp([one]) == stamp([two]) != stamp([one, two])
    before = Ask(never_quote=stamp([one])).digest
    one.write_text("Another line", "utf-8")
    assert Ask(never_quote=stamp([one])).digest != before != Ask().digest


@pytest.mark.parametrize(("name", "text"), [("none.txt", None), ("no.xml", "<song>"), ("bad.txt.gz", "\x1f\x8bx")])
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(QuotingError, match=name):
        stanzas(tmp_path / name)


def test_an_index_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "song.txt"
    file.write_text(SONG * 300, "utf-8")
    called: list[int] = []
    keys = novelty.of_files([file], tmp_path / "kept", lambda: called.append(1))
    assert len(called) > 1
    again = novelty.of_files([file], tmp_path / "kept", lambda: called.append(100))
    assert np.array_equal(again, keys)
    assert 100 not in called
    (damaged,) = (tmp_path / "kept").glob("*.npz")
    damaged.write_bytes(b"nothing")
    assert np.array_equal(novelty.of_files([file], tmp_path / "kept"), keys)


@pytest.mark.parametrize(
    "ask", [Ask(rhyme="AABB", seed=4), Ask(word="rain", seed=2), Ask(wildness=0.0, syllables=(7, 9))]
)
def test_what_stands_in_a_never_quote_file_is_not_written(tmp_path: Path, ask: Ask) -> None:
    """The very lines that the writer would write are what it may not."""
    count = 1 if ask.word else 32
    free = Writer(fakes.NGramEngine(), fakes.language())
    file = tmp_path / "others.txt"
    file.write_text("\n".join(line.text for line in free.write(ask, 0, count)), "utf-8")
    copies = Copies(np.zeros(0, np.uint32)).and_of(novelty.of_files([file]))
    bound = Writer(fakes.NGramEngine(), fakes.language(), copies)
    texts = [line.text for line in bound.write(ask, 0, count)]
    assert len(texts) == count
    assert quoting(texts, [file]) == set()
