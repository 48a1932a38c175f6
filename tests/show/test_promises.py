"""README's promises, whatever is pressed: a press gives a line, none comes twice, a restart goes on where it was."""

import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.effects import Judgement, Remark, Wanted
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import TABLE, Do
from stagelyric.types.events import Command, OscMessage
from stagelyric.types.lines import Ask, Cue, Line, normal
from stagelyric.types.standing import Record, as_record, merged, read

WRITTEN = ("frame", "model")
SET: dict[str, Any] = {
    "title": "Friday",
    "songs": [
        {
            "title": "Harbour Lights",
            "sections": [{"name": "verse", "safety": ["Hold the light", "Row me home"]}, {"name": "chorus"}],
        },
        {"title": "Second Song", "wildness": 0.9, "sections": [{"name": "verse", "safety": ["Second Song"]}]},
        {"title": "Third Song"},
    ],
}
LYRICS = {"Harbour Lights": "Our own words\nand more of our own\n", "Second Song": "Second Song"}
SIMPLE = [row.name for row in TABLE if row.takes == "nothing"]
PLACES = st.sampled_from(["verse", "chorus", "Second Song", "no such place", "1", "3"])


class Night(RuleBasedStateMachine):
    """A show of three songs, the lines that were written for it, and what its bookmark has."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Ask, list[Line]] = {}
        self.kept: dict[tuple[str, str], list[str]] = {}
        self.vetoed: list[str] = []
        self.shown: list[str] = []  # lines that were written, as they came
        self.at = 100.0
        self.show = self._show()
        self.records: list[Record] = [as_record(self.show.standing(120.0))]

    def _show(self) -> Show:
        pool = Pool()
        for ask, lines in self.lines.items():
            pool.put(ask, 0, lines)
        return Show(Setlist.model_validate(SET), pool, seed=7, lyrics=LYRICS, kept=self.kept, vetoed=self.vetoed)

    def _is_bare(self, up: Line | None) -> bool:
        """Whether all that the song has beside its shelves was vetoed or is up; then a written line comes again."""
        song, ask = self.show.song, self.show.ask
        own = [*ask.names, *ask.themes, *LYRICS.get(song.title, "").splitlines()]
        for section in song.sections:
            own += [*section.safety, *self.kept.get((song.title, section.name), ())]
        gone = {normal(song.title), *map(normal, self.vetoed), normal(up.text if up is not None else "")}
        return {normal(text) for text in own} <= gone

    def _do(self, action: Any, value: Any = None) -> list[Any]:
        self.at += 1.0
        before, coming = self.show.number, self.show.upcoming().text
        held, up = self.show.held, self.show.up
        effects = self.show.perform(Command(self.at, "test", Do(action, value)))
        for effect in [effect for effect in effects if isinstance(effect, Wanted)]:
            effects += self.show.answer(effect, None)
        self.records.append(self.show.change(120.0))
        for judged in [effect for effect in effects if isinstance(effect, Judgement)]:
            if judged.verdict == "veto":
                self.vetoed.append(judged.text)
            else:
                self.kept.setdefault((judged.song, judged.section), []).append(judged.text)
        cues = [effect for effect in effects if isinstance(effect, Cue) and effect.line is not None]
        assert len(cues) <= 1
        assert self.show.number == before + len(cues)
        for cue in cues:
            assert cue.line is not None
            assert cue.line.text.strip()
            assert (cue.number, self.show.up, self.show.cleared) == (self.show.number, cue.line, False)
            if cue.line.origin in WRITTEN and action != "again":
                assert normal(cue.line.text) not in self.shown or self._is_bare(up)
                self.shown.append(normal(cue.line.text))
        if action == "next_line":
            assert [cue.line.text for cue in cues if cue.line is not None] == ([] if held else [coming])
            assert bool(cues) or any(isinstance(effect, Remark) for effect in effects)
        return effects

    @rule(place=st.integers(0, 4), count=st.integers(1, 6), frames=st.booleans())
    def lines_are_written(self, place: int, count: int, frames: bool) -> None:
        asks = self.show.every_ask()
        ask = (*asks, self.show.ask)[min(place, len(asks))]
        own = self.lines.setdefault(ask, [])
        for number in range(len(own), len(own) + count):
            frame = f"frame {number // 4}" if frames else ""  # which other shelves have too
            text = f"Line {number} of {ask.digest if number % 5 else 'several'}"
            own.append(Line(text, "frame" if frames else "model", frame=frame))
        self.show.pool.put(ask, 0, own)

    @rule(action=st.sampled_from(SIMPLE))
    def somebody_presses(self, action: str) -> None:
        self._do(action)

    @rule()
    def a_line_is_wanted(self) -> None:
        self._do("next_line")

    @rule(place=PLACES, action=st.sampled_from(["goto", "song"]))
    def somebody_goes_elsewhere(self, place: str, action: str) -> None:
        before = self.show.up
        self._do(action, int(place) if place.isdecimal() else place)
        assert self.show.up == before  # the line stays up

    @rule(share=st.floats(-1, 2, allow_nan=False))
    def it_gets_wilder(self, share: float) -> None:
        self._do("wildness", share)
        assert 0 <= self.show.wildness <= 1

    @rule(text=st.text(max_size=12), action=st.sampled_from(["say", "word"]))
    def words_come_from_outside(self, text: str, action: str) -> None:
        self._do(action, text)

    @precondition(lambda self: self.show.up is not None and not self.show.cleared)
    @rule()
    def a_line_that_is_vetoed_goes(self) -> None:
        gone = self.show.up
        assert gone is not None
        self._do("veto")
        assert not self.show.held
        if gone.origin in WRITTEN:
            assert self.show.up is not None
            assert self.show.up.text != gone.text

    @rule()
    def it_is_killed_and_started_again(self) -> None:
        before, after = self.show, self._show()
        after.stand(read(copy.deepcopy(merged(self.records))))
        assert after.state(120.0) == before.state(120.0)
        assert after.used == before.used
        self.show = after
        self.records = [as_record(after.standing(120.0))]

    @invariant()
    def there_is_always_a_line_to_come(self) -> None:
        coming = self.show.upcoming()
        assert coming.text.strip()
        if coming.origin in WRITTEN:
            assert normal(coming.text) not in map(normal, self.vetoed)
            assert normal(coming.text) not in self.shown or self._is_bare(self.show.up)

    @invariant()
    def what_the_pages_are_told_is_so(self) -> None:
        state = self.show.state(120.0)
        assert state.line == ("" if self.show.cleared or self.show.up is None else self.show.up.text)
        assert (state.song, state.section) == (self.show.song.title, self.show.section.name)
        assert state.next == self.show.upcoming().text
        assert state.ready >= 0


FOUND: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "a fallback line was swapped": [
        ("a_line_is_wanted", {}), ("a_line_is_wanted", {}), ("somebody_presses", {"action": "next_section"}),
        ("a_line_is_wanted", {}), ("somebody_presses", {"action": "swap"}), ("it_is_killed_and_started_again", {}),
    ],
    "a look passed over a line": [
        ("it_gets_wilder", {"share": 0.0}), ("lines_are_written", {"place": 4, "count": 2, "frames": True}),
        ("it_gets_wilder", {"share": 1.0}), ("a_line_is_wanted", {}), ("it_gets_wilder", {"share": 0.0}),
        ("it_gets_wilder", {"share": 1.0}), ("it_is_killed_and_started_again", {}),
    ],
    "a look passed over what a wilder place had lent": [
        ("it_gets_wilder", {"share": 0.0}), ("lines_are_written", {"place": 0, "count": 1, "frames": True}),
        ("a_line_is_wanted", {}), ("somebody_goes_elsewhere", {"place": "Second Song", "action": "song"}),
        ("lines_are_written", {"place": 0, "count": 1, "frames": True}),
        ("somebody_presses", {"action": "previous_song"}), ("it_gets_wilder", {"share": 0.0}),
        ("it_is_killed_and_started_again", {}),
    ],
    "all but a written line was vetoed": [
        ("a_line_is_wanted", {}), *[("a_line_that_is_vetoed_goes", {})] * 3,
        ("lines_are_written", {"place": 1, "count": 1, "frames": False}),
        ("a_line_that_is_vetoed_goes", {}), ("a_line_is_wanted", {}), ("a_line_that_is_vetoed_goes", {}),
    ],
    "all fallback lines were used": [
        ("a_line_is_wanted", {}), ("a_line_is_wanted", {}), ("it_gets_wilder", {"share": 0.0}),
        ("lines_are_written", {"place": 4, "count": 2, "frames": False}), ("a_line_is_wanted", {}),
        ("it_gets_wilder", {"share": 1.0}), ("a_line_is_wanted", {}), ("somebody_presses", {"action": "next_section"}),
        ("a_line_is_wanted", {}), ("a_line_is_wanted", {}), ("it_gets_wilder", {"share": 0.0}),
    ],
}  # fmt: skip
"""What broke a promise once."""


@pytest.mark.parametrize("what", FOUND)
def test_what_broke_a_promise_once(what: str) -> None:
    night = Night()
    for name, given in FOUND[what]:
        getattr(night, name)(**given)
        night.there_is_always_a_line_to_come()
        night.what_the_pages_are_told_is_so()


def test_a_frame_counts_after_a_restart_though_the_same_press_has_shown_another_line() -> None:
    go = {"osc": "/go"}
    actions: tuple[Any, ...] = ("next_line", {"say": "Sing!"})
    setlist = Setlist.model_validate(SET | {"triggers": [{"on": go, "do": do} for do in actions]})

    def begun() -> Show:
        made = Show(setlist, Pool(), seed=7)
        for section, ask in zip(("verse", "chorus"), made.asks(), strict=False):
            lines = [Line(f"{section} {number}", "frame", frame=f"frame {number // 4}") for number in range(8)]
            made.pool.put(ask, 0, lines)
        return made

    before, after = begun(), begun()
    records = [as_record(before.standing(120.0))]
    cues = [effect for effect in before.perform(OscMessage(1.0, "osc", "/go", ())) if isinstance(effect, Cue)]
    assert [cue.line.text for cue in cues if cue.line is not None] == ["verse 0", "Sing!"]
    records.append(before.change(120.0))
    after.stand(read(merged(records)))
    for each in (before, after):
        each.perform(Command(2.0, "test", Do("goto", "chorus")))
        assert each.upcoming().text == "chorus 4"


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=60, stateful_step_count=40, derandomize=True, deadline=None)
