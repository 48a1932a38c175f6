"""A whole night of the real program, with all that may happen in it, is replayed from its journal."""

from pathlib import Path

from stagelyric.gear.journal import journal as memory
from stagelyric.stage import moments, replay
from stagelyric.testing.play import Display, playing

SET = """
title = "Friday"
seed = 7
model = "char-rnn"
[[triggers]]
on = { osc = "/press" }
do = "next_line"
[[songs]]
title = "Harbour Lights"
names = ["Polly Magnet"]
themes = ["harbour"]
[[songs.sections]]
name = "verse"
safety = ["Safe one", "Safe two"]
[[songs.sections]]
name = "chorus"
safety = ["Safe three", "Safe four"]
"""
MORE = '[[songs]]\ntitle = "Night Ferry"\n[[songs.sections]]\nname = "verse"\nsafety = ["Safe five"]\n'


async def cues(desk: Display, count: int, *orders: object) -> None:
    """Sends orders, and waits for `count` cues more."""
    wanted = len(desk.cues) + count
    for order in orders:
        await desk.link.send_json(order)
    await desk.until(lambda: len(desk.cues) >= wanted)


async def test_a_night_with_a_pedal_learned_a_kill_and_an_edited_set(tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    file.write_text(SET, encoding="utf-8")
    options = (str(file), "--midi", "none", "--no-speech")
    press, pedal = {"do": "next_line"}, [{"key": "F9"}, {"key": "F9", "released": True}]
    async with playing(tmp_path, *options) as play, play.display("operator") as desk:
        await cues(desk, 3, press, press, {"do": "keep"}, {"do": "next_section"}, press, {"do": "veto"})
        await desk.link.send_json({"learn": "start"})
        await desk.until(lambda: desk.told.get("learn", {}).get("state") == "waiting")
        for message in pedal:
            await desk.link.send_json(message)
        await desk.until(lambda: desk.told["learn"]["state"] == "found")
        await desk.link.send_json({"learn": {"do": "next_line"}})
        await desk.until(lambda: desk.told["learn"]["state"] == "written")
        await cues(desk, 1, *pedal)
        await cues(desk, 2, {"do": {"heard": "rain on the harbour wall"}}, press, {"do": {"word": "boat"}})
        await play.until(lambda: len(memory.shows(play.journal)) == 1 and memory.shows(play.journal)[0]["cues"] >= 6)
        await play.kill()
    file.write_text(file.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    async with playing(tmp_path, *options) as play, play.display("operator") as desk:
        assert desk.state["section"] == "chorus"
        await cues(desk, 2, *pedal, {"do": {"song": "Night Ferry"}}, press)
        await desk.link.send_json({"do": "keep"})
    (show,) = memory.shows(play.journal)  # it went on where it was
    night = replay.prepare(memory.records(play.journal, show["id"]))
    again = list(night.run())
    assert (list(night.differences()), night.missing) == ([], [])
    assert len(again) >= 8
    assert again[-1].song == "Night Ferry"
    rows = memory.records(play.journal, show["id"])
    shown = moments.again(replay.prepare(rows), rows)  # on the pages
    assert shown.lacks == ""
    texts = [moment.cue.line and moment.cue.line.text for moment in shown.moments if moment.cue is not None]
    assert texts == [one.text for one in again]
    assert shown.songs()[-1][1] == "Night Ferry"
