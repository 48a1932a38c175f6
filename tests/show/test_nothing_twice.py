"""No line comes a second time while the song has one, on its shelves or to fall back on, that was not shown tonight."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.lines import Line, normal

from .friday import do, text

SONGS = (
    {"title": "One", "names": ["Anna"], "themes": ["rain"], "sections": [
        {"name": "verse", "safety": ["Hold the light", "Row me home"]}, {"name": "chorus"}, {"name": "bridge"}]},
    {"title": "Two", "names": ["Anna", "Joe"], "sections": [
        {"name": "verse"}, {"name": "chorus", "safety": ["One more"]}]},
    {"title": "Three", "names": ["Vera"], "sections": [{"name": "verse"}, {"name": "chorus"}]},
    {"title": "Four", "names": [], "sections": [{"name": "verse"}, {"name": "chorus"}]},
)  # fmt: skip
LYRICS = {"One": "Our own words\nand more of our own, and more of them than fit in a bar\nOne"}
KEPT = {("Two", "verse"): ["A kept line"], ("One", "chorus"): ["Kept for the chorus"]}
VETOED = "line 3"
STEPS = st.one_of(
    st.just(("next_line", None)),
    st.tuples(st.just("song"), st.integers(1, len(SONGS))),
    st.tuples(st.just("goto"), st.integers(1, 3)),
    st.tuples(st.just("wildness"), st.sampled_from([0.2, 0.5])),
    st.tuples(st.sampled_from(["again", "swap", "clear"]), st.none()),
    st.tuples(st.just("say"), st.sampled_from(["row me HOME!", "line 2"])),
    st.tuples(st.just("write"), st.lists(st.integers(0, 12), min_size=1, max_size=12)),
)


def a_show() -> Show:
    return Show(Setlist(title="Set", songs=SONGS), Pool(), seed=7, lyrics=LYRICS, kept=KEPT, vetoed=[VETOED])  # type: ignore[arg-type]


def on_shelves(made: Show) -> set[str]:
    """The lines ready on any shelf of the song, at whatever wildness."""
    shelves = [shelf for ask in made.asks()[: len(made.song.sections)] for shelf in made.pool.shelf(ask).family]
    return {line.text for shelf in shelves for line in shelf.lines[shelf.position :]}


def to_fall_back_on(made: Show) -> set[str]:
    """What the band wrote or kept for the song, whatever was shown. Lines kept for other sections are among it."""
    song = made.song
    own = {line for line in LYRICS.get(song.title, "").splitlines() if line != song.title}
    kept = {line for section in song.sections for line in KEPT.get((song.title, section.name), ())}
    return {*own, *kept, *(line for each in song.sections for line in each.safety)}


class Watched:
    """A show whose lines are noted: `last` maps each line's normal form to the number of the cue before its last
    showing."""

    def __init__(self) -> None:
        self.show = a_show()
        self.last: dict[str, int] = {normal(VETOED): -1}

    def step(self, action: str, value: Any) -> None:
        if action == "write":
            lines = [Line(f"line {number}", "frame") for number in value]
            shelf = self.show.pool.shelf(self.show.ask)
            self.show.pool.put(self.show.ask, len(shelf.lines), lines)
            return
        shelves, others = on_shelves(self.show), to_fall_back_on(self.show)
        up = "" if self.show.up is None else self.show.up.text
        coming = self.show.upcoming().text
        number = self.show.number
        effects = do(self.show, action, value)
        if action == "swap":
            self.last[normal(coming)] = number
        if action == "next_line":
            self._judge(text(effects), shelves, others, up)
        if action in ("next_line", "say") or (action == "again" and up):
            self.last[normal(text(effects))] = number

    def _judge(self, came: str, shelves: set[str], others: set[str], up: str) -> None:
        if normal(came) not in self.last and came not in (*self.show.ask.names, *self.show.ask.themes):
            return
        assert not {line for line in shelves | others if normal(line) not in self.last}
        assert normal(came) != normal(VETOED)
        people = {*self.show.ask.names, *self.show.ask.themes}
        for lines in (others, people):
            able = {line for line in lines if normal(line) != normal(up)}
            if able:
                assert came in able
                assert self.last.get(normal(came), -1) == min(self.last.get(normal(line), -1) for line in able)
                return


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=80))
def test_no_line_comes_twice_while_the_song_has_another(steps: list[tuple[str, Any]]) -> None:
    watched = Watched()
    for action, value in steps:
        watched.step(action, value)
    for _ in range(12):  # shelves run empty
        watched.step("next_line", None)


def test_a_line_on_two_songs_shelves_does_not_come_in_both_and_what_is_left_of_a_shelf_is_found() -> None:
    made = a_show()
    do(made, "song", "Three")
    made.pool.put(made.ask, 0, [Line(f"line {number}", "frame") for number in range(10, 40)])
    do(made, "goto", "chorus")
    lent = [text(do(made, "next_line")) for _ in range(30)]
    assert lent == [f"line {number}" for number in range(10, 40)]
    do(made, "song", "Four")
    made.pool.put(made.ask, 0, [Line(f"line {number}", "frame") for number in range(10, 41)])
    do(made, "goto", "chorus")
    assert text(do(made, "next_line")) == "line 40"


def test_a_song_with_a_single_name_gives_what_its_shelves_gave_longest_ago_between() -> None:
    made = a_show()
    do(made, "song", "Three")
    made.pool.put(made.ask, 0, [Line(f"line {number}", "frame") for number in (3, 10, 11)])
    do(made, "goto", "chorus")
    texts = [text(do(made, "next_line")) for _ in range(7)]
    assert texts == ["line 10", "line 11", "Vera", "line 10", "Vera", "line 11", "Vera"]


def test_what_was_vetoed_tonight_does_not_stand_in_again() -> None:
    made = a_show()
    do(made, "song", "Two")
    do(made, "goto", "chorus")
    assert text(do(made, "next_line")) == "One more"
    do(made, "veto")
    assert "One more" not in [text(do(made, "next_line")) for _ in range(8)]


@given(st.lists(st.one_of(st.integers(0, 30), st.just("on"), st.just("look")), max_size=40))
def test_what_a_shelf_lends_is_what_was_not_used_however_often_it_was_asked(steps: list[Any]) -> None:
    pool = Pool()
    ask = a_show().ask
    pool.put(ask, 0, [Line(f"Line {number}", "frame") for number in range(20)])
    shelf, used = pool.shelf(ask), {"line 2"}
    for step in steps:
        if step == "on":
            shelf.position += 1
        elif step == "look":
            next(shelf.lent(used), None)
        else:
            used.add(f"line {step}")
        left = shelf.lines[shelf.position :]
        assert list(shelf.lent(used)) == [line for line in left if normal(line.text) not in used]
        assert list(shelf.lent(())) == left
        assert shelf.reached <= 19


def test_what_is_up_stays_rather_than_that_what_was_vetoed_comes_again() -> None:
    made = a_show()
    vetoed = {normal(line) for line in (*to_fall_back_on(made), *made.ask.names, *made.ask.themes)}
    asks = [made.ask, *(ask for ask in made.asks() if ask != made.ask)][: len(made.song.sections)]

    def picked(up: str, vetoed: set[str]) -> str:
        return made.ladder.pick(made.song, made.section, asks, vetoed, up, vetoed).text

    assert picked("Up now", vetoed) == "Up now"
    assert normal(picked("Up now", {*vetoed, "up now"})) in vetoed
    assert normal(picked("", vetoed)) in vetoed
