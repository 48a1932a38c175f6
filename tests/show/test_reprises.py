"""The same song or section more than once in a set, and names typed in other ways than they were written."""

import unicodedata
from pathlib import Path

from stagelyric.gear.live.names import Place, place
from stagelyric.setlist.file import write_trigger
from stagelyric.setlist.setlist import load
from stagelyric.show.effects import Remark
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import Do

SET = """title = "Set"
[[triggers]]
on = { key = "c" }
do = { song = "CAFÉ noir" }
[[songs]]
title = "Harbour"
[[songs.sections]]
name = "verse"
[[songs.sections]]
name = "chorus"
[[songs.sections]]
name = "verse"
[[songs.sections]]
name = "Chorus"
[[songs]]
title = "Café Noir"
[[songs.sections]]
name = "Außentür"
[[songs]]
title = "harbour"
[[songs.sections]]
name = "don’t stop"
"""


def a_show(folder: Path) -> Show:
    (folder / "set.toml").write_text(SET, "utf-8")
    return Show(load(folder / "set.toml"), Pool(8), seed=7)


def test_each_has_a_name_of_its_own(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    assert show.setlist.sections() == {
        "Harbour": ["verse", "chorus", "verse 2", "Chorus 2"], "Café Noir": ["Außentür"], "harbour (2)": ["don’t stop"]
    }  # fmt: skip
    assert len({ask.digest for ask in show.every_ask()}) == 6


def test_goto_leads_to_the_next_of_that_name(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    been = []
    for _ in range(3):
        show.due(Do("goto", "chorus"), 0.0)
        been.append(show.section.name)
    assert been == ["chorus", "Chorus 2", "chorus"]
    show.due(Do("goto", "verse"), 0.0)
    assert show.section.name == "verse 2"
    show.due(Do("goto", "chorus 2"), 0.0)
    assert show.section.name == "Chorus 2"
    show.due(Do("goto", 1), 0.0)
    assert show.section.name == "verse"


def test_a_song_that_comes_again_is_the_next_of_its_name(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    been = []
    for _ in range(2):
        show.due(Do("song", "HARBOUR"), 0.0)
        been.append(show.song.title)
    assert been == ["harbour (2)", "Harbour"]
    show.due(Do("song", "Harbour (2)"), 0.0)
    assert show.song.title == "harbour (2)"


def test_names_are_found_however_they_were_typed(tmp_path: Path) -> None:
    show = a_show(tmp_path)
    show.due(Do("song", unicodedata.normalize("NFD", "café noir")), 0.0)
    assert show.song.title == "Café Noir"
    show.due(Do("goto", "AUSSENTÜR"), 0.0)
    show.due(Do("song", "harbour (2)"), 0.0)
    assert not [effect for effect in show.due(Do("goto", "Don't Stop"), 0.0) if isinstance(effect, Remark)]
    found = place(unicodedata.normalize("NFD", "CAFÉ NOIR – außentür"), show.setlist.sections(), "Harbour")
    assert found == Place("Café Noir", "Außentür")


def test_a_trigger_is_learned_into_the_second_of_a_name(tmp_path: Path) -> None:
    a_show(tmp_path)
    after, _ = write_trigger(tmp_path / "set.toml", {"key": "x"}, Do("next_line"), song="Harbour", section="chorus 2")
    assert [bool(section.triggers) for section in after.songs[0].sections] == [False, False, False, True]
    after, _ = write_trigger(tmp_path / "set.toml", {"key": "y"}, Do("next_line"), song="harbour (2)")
    assert [bool(song.triggers) for song in after.songs] == [False, False, True]
