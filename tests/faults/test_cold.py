"""A show that begins with nothing: no line on the disk, no safety lines, and every section is wanted at once."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

from faults.harness import ports, press
from product import playing

TITLES = [f"Song number {number}" for number in range(10)]
SECTIONS = ("verse", "chorus", "bridge")
COLD = 'title = "Cold night"\nseed = 3\n' + "".join(
    f'[[songs]]\ntitle = "{title}"\n' + "".join(f'[[songs.sections]]\nname = "{name}"\n' for name in SECTIONS)
    for title in TITLES
)
WARM = 'title = "Warm night"\nseed = 3\n[[songs]]\ntitle = "Song"\n[[songs.sections]]\nname = "verse"\n'


async def test_every_section_has_something_of_its_own_within_the_first_ten_seconds(tmp_path: Path) -> None:
    async with playing(tmp_path, setlist=COLD, ready=0) as play, play.display() as display:
        began = time.monotonic()
        jumps = [(song, section) for section in range(3) for song in range(10)]
        for count, (song, section) in enumerate(jumps):
            play.send("/stagelyric/song", song + 1)
            play.send("/stagelyric/section", section + 1)
            for _ in range(2):
                play.send("/stagelyric/line")
            await asyncio.sleep(max(0.0, began + (count + 1) * 9.0 / len(jumps) - time.monotonic()))
        await display.until(lambda: len(display.cues) == 2 * len(jumps))
    cues = display.cues
    assert [cue["number"] for cue in cues] == list(range(1, 61))
    assert [(cue["song"], cue["section"]) for cue in cues[::2]] == [
        (TITLES[song], SECTIONS[section]) for song, section in jumps
    ]
    assert not {cue["text"] for cue in cues} & set(TITLES)
    assert all(one["text"] != other["text"] for one, other in pairwise(cues))
    written = [cue for cue in cues if cue["origin"] in ("frame", "model")]  # two songs may be about the same people
    of_song = {title: {cue["text"] for cue in written if cue["song"] == title} for title in TITLES}
    for title in TITLES:
        assert not of_song[title] & set().union(*(of_song[other] for other in TITLES if other != title))
    print(f"{len(written)} of {len(cues)} were written")
    assert len(written) > len(cues) / 3


async def test_two_presses_on_an_empty_shelf_and_what_follows_is_in_its_place(tmp_path: Path) -> None:
    """The n-th press takes the n-th line, though the first ones came before the writer was up."""
    here = ports()
    setlist = WARM  # of one shelf: in a long set the writer has others to fill first
    async with playing(tmp_path / "quick", setlist=setlist, ports=here, ready=6) as play:
        for _ in range(6):
            expected = await press(play)
    async with playing(tmp_path / "slow", setlist=setlist, ports=here, ready=0) as play:
        for _ in range(2):
            await press(play)
        await play.ready(4)
        for _ in range(4):
            last = await press(play)
    assert (last["number"], last["line"]) == (expected["number"], expected["line"])
