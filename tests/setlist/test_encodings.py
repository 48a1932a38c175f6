"""Setlists as editors on every system save them."""

from pathlib import Path

import pytest

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.file import write_trigger
from stagelyric.setlist.rig import load_rig
from stagelyric.setlist.setlist import load, read_lyrics
from stagelyric.types.actions import Do

SET = 'title = "Set"\r\nmodel = "char-rnn"\r\n[[songs]]\r\ntitle = "Café"\r\n'


def test_a_byte_order_mark_is_no_part_of_a_set_or_a_rig(tmp_path: Path) -> None:
    file, rig = tmp_path / "set.toml", tmp_path / "rig.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SET.encode())
    rig.write_bytes(b'\xef\xbb\xbf[osc]\r\nlisten = "127.0.0.1:18762"\r\n')
    assert load(file).songs[0].title == "Café"
    assert load_rig(rig).osc.listen == "127.0.0.1:18762"
    write_trigger(file, {"control": 80}, Do("next_line"))
    assert file.read_bytes().startswith(b"\xef\xbb\xbftitle")
    assert load(file).triggers[0].on.control == 80


@pytest.mark.parametrize(("codec", "said"), [("utf-16", "it is UTF-16"), ("cp1252", "byte 0xe9: it is Windows-1252")])
def test_another_encoding_is_named(tmp_path: Path, codec: str, said: str) -> None:
    file = tmp_path / "set.toml"
    file.write_bytes(SET.encode(codec))
    with pytest.raises(FileError, match=f"{said}; save it as UTF-8"):
        load(file)


@pytest.mark.parametrize("quotes", ["“”", "„“", "‘’", "«»"])
def test_curly_quotes_are_named(tmp_path: Path, quotes: str) -> None:
    file = tmp_path / "set.toml"
    file.write_text(f'title = "It’s"\n[[songs]]\ntitle = {quotes[0]}Harbour{quotes[1]}\n', "utf-8")
    with pytest.raises(FileError, match=rf"line 3.*curly quotes \({quotes[0]}\), wanted straight ones"):
        load(file)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_a_songs_own_words_are_the_same_in_every_encoding(tmp_path: Path, codec: str) -> None:
    words = "She doesn’t wait\nThe café closes\n\nNora’s gone"
    (tmp_path / "it.txt").write_bytes(words.encode(codec))
    assert read_lyrics(tmp_path / "it.txt") == words
