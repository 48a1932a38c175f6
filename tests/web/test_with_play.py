"""The desk on a real show: its own process, its own generator, what one hand does there and everybody sees."""

from pathlib import Path
from typing import Any

from product import playing

from stagelyric.testing.play import Display

SET = """
title = "Test night"
seed = 1967
[[songs]]
title = "Harbour Lights"
tempo = 240
[[songs.sections]]
name = "verse"
syllables = [6, 9]
safety = ["Hold the light on the water", "Row me home"]
[[songs.sections]]
name = "chorus"
"""


class Desk:
    """What an operator's page is told, and what it asks for."""

    def __init__(self, display: Display) -> None:
        self.told, self.until, self.send, self._messages = (
            display.told,
            display.until,
            display.link.send_json,
            display.messages,
        )

    async def do(self, what: object) -> None:
        await self.send({"do": what})

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The journal's, each once."""
        told = (message["entries"] for message in self._messages if message["type"] == "journal")
        return list({entry["seq"]: entry for entries in told for entry in entries}.values())

    @property
    def beats(self) -> int:
        return sum(message["type"] == "beat" for message in self._messages)

    @property
    def next(self) -> str:
        """The line to come, as last told."""
        return str(self.told.get("next", {}).get("text") or self.told["state"]["next"])


async def test_a_night_at_the_desk(tmp_path: Path) -> None:
    async with (
        playing(tmp_path, "--no-speech", setlist=SET, ready=8) as play,
        play.display("operator") as operator,
        play.display("audience") as room,
    ):
        desk = Desk(operator)
        await desk.until(lambda: "words" in desk.told)
        assert desk.told["set"]["songs"][0]["sections"] == ["verse", "chorus"]
        assert desk.told["desk"]["stock"]["safety"] == 2
        stock = desk.told["desk"]["stock"]
        assert stock.get("model", 0) + stock.get("frame", 0) >= 8
        assert len(desk.told["desk"]["ready"][0]) == 2

        # What is vetoed before it was up never goes up; what is swapped is not lost to the band, only to tonight.
        passed = []
        for what in ("veto_next", "swap"):
            passed.append(coming := desk.next)
            await desk.do(what)
            await desk.until(lambda coming=coming: desk.next != coming)  # type: ignore[misc]
        await desk.do("next_line")
        await desk.until(lambda: "cue" in desk.told)
        assert desk.told["cue"]["text"] not in passed
        await desk.until(lambda: [entry for entry in desk.entries if entry["kind"] == "cue"])
        assert [(entry["kind"], entry["text"]) for entry in desk.entries if entry["kind"] != "alert"] == [
            ("veto", passed[0]),
            ("cue", desk.told["cue"]["text"]),
        ]

        # The syllables are the line's own, and the beat moves.
        cut = desk.told["cue"]["syllables"]
        assert "".join(cut).replace("-", "") == desk.told["cue"]["text"].replace(" ", "").replace("-", "")
        await desk.until(lambda: desk.beats >= 2)

        await desk.do({"wildness": 0.9})
        await desk.until(lambda: desk.told["state"]["wildness"] == 0.9)
        play.send("/stagelyric/speech", 1)
        await desk.until(lambda: desk.told["desk"]["heard"].get("osc"))

        # A word from the room, by the operator's hand.
        await desk.send({"words": True})
        await desk.until(lambda: desk.told["words"]["open"])
        await room.link.send_json({"offer": "window"})
        await desk.until(lambda: desk.told["words"]["waiting"])
        (waiting,) = desk.told["words"]["waiting"]
        await desk.send({"let": waiting["id"]})
        await desk.until(lambda: desk.told["cue"]["origin"] == "word")
        assert "window" in desk.told["cue"]["text"].lower()
