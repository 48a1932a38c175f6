"""Writing ahead: every section's lines as a show would write them, stopped and gone on with, and played."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from baked.shows import SET, baked

from stagelyric.baked.bake import Bake, Part, numbered
from stagelyric.setlist.setlist import loads
from stagelyric.show.asks import word_ask
from stagelyric.show.pool import Pool
from stagelyric.show.position import Position
from stagelyric.show.show import Show
from stagelyric.stage import baking
from stagelyric.stage.baking import BakingError, Oven, Recipe, going_on, judged_by_the_band
from stagelyric.stage.generator import Explained, Generator, GeneratorError
from stagelyric.types.actions import Do
from stagelyric.types.lines import Ask, Cue, Line


class Scribe(Generator):
    """Writes at once, each line by its ask, its place and the line before it; the first `lost` requests fail."""

    def __init__(self, lost: int = 0, most: int = 1 << 30) -> None:
        super().__init__(Path("nowhere"))
        self.lost, self.most = lost, most
        self.asked: list[tuple[str, int, int]] = []

    @property
    def up(self) -> bool:
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def explain(self, ask: Ask, start: int, count: int, earlier: Sequence[str] = ()) -> list[Explained]:
        await asyncio.sleep(0)
        if self.lost:
            self.lost -= 1
            raise GeneratorError("the writer was lost")
        if len(self.asked) >= self.most:
            raise BakingError("stopped")
        self.asked.append((ask.digest, start, count))
        before = earlier[-1] if earlier else ""
        made: list[Explained] = []
        for at in range(start, start + count):
            mark = hashlib.sha256(f"{ask.digest} {at} {before}".encode()).hexdigest()[:12]
            before = f"{ask.word or 'a line'} {mark}"
            made.append((Line(before, "model", 0.0, (before,), at), {"marks": {"flow": 1.0}}))
        return made


def begun() -> tuple[Bake, list[Ask]]:
    bake = baked()
    asks = Position(bake.setlist, bake.seed, {}, "", "", fixed=True).every_ask()
    return replace(bake, parts=tuple(replace(part, lines=(), words={}) for part in bake.parts)), asks


async def written(asked: int, workers: int, *scribes: Scribe, parts: Sequence[Part] | None = None) -> list[Part]:
    bake, asks = begun()
    oven = Oven(list(parts or bake.parts), asks, asked, [["rain"], [], ["Rain", "moon"]])
    given = iter(scribes)
    await oven.bake(lambda: next(given, Scribe()), workers)
    assert oven.done == oven.total
    return oven.parts


async def test_how_many_write_changes_no_line() -> None:
    alone = await written(40, 1)
    assert [len(part.lines) for part in alone] == [40, 40, 40]
    assert await written(40, 3) == alone
    assert [list(part.words) for part in alone] == [["rain"], [], ["rain", "moon"]]


async def test_a_writer_that_is_lost_is_asked_again_and_one_that_stays_lost_is_said() -> None:
    assert await written(20, 1, Scribe(lost=baking.TRIES - 1)) == await written(20, 1)
    with pytest.raises(BakingError, match="lines can't be written: the writer was lost"):
        await written(20, 1, Scribe(lost=baking.TRIES))


@pytest.mark.parametrize("most", [0, 1, 4, 7])
async def test_what_was_stopped_goes_on_to_the_same_lines(most: int) -> None:
    bake, asks = begun()
    oven = Oven(list(bake.parts), asks, 40, [[], [], []])
    with pytest.raises(BakingError, match="stopped"):
        await oven.bake(lambda: Scribe(most=most), 1)
    assert oven.done == sum(len(part.lines) for part in oven.parts) < oven.total
    resumed = await written(40, 2, parts=oven.parts)
    assert resumed == await written(40, 1)


async def test_a_finished_bake_can_have_more_lines_and_numbers_stay() -> None:
    small = numbered(await written(16, 2))
    large = numbered(await written(40, 2, parts=small))
    whole = await written(40, 2)
    assert [[one.line for one in part.lines] for part in large] == [[one.line for one in p.lines] for p in whole]
    for before, after in zip(small, large, strict=True):
        assert [one.number for one in before.lines] == [one.number for one in after.lines][:16]
    assert sorted(one.number for part in large for one in part.lines) == list(range(1, 121))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"written": "another"}, "another setlist"),
        ({"seed": 3}, "another seed"),
        ({"edition": "x"}, "another model"),
        ({"lyrics": {"a": "b"}}, "other lyrics"),
    ],
)
def test_another_show_s_bake_is_not_gone_on_with(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BakingError, match=f"was begun with {said}"):
        going_on(replace(baked(), **changes), begun()[0])


def test_what_the_band_threw_out_is_struck() -> None:
    first = baked().parts[0].lines[0].line.text
    made = judged_by_the_band(baked(), {"the kettle sings upon the stove"})
    assert [one.line.text for one in made.lines if one.struck] == [first]


def live(bake: Bake, parts: Sequence[Part]) -> Show:
    """A show whose lines come as they are written: into the pool, a few at a time."""
    show = Show(bake.setlist, Pool(), seed=bake.seed)
    for ask, part in zip(show.every_ask(), parts, strict=True):
        lines = [one.line for one in part.lines]
        for start, end in ((0, 4), (4, 16), *((at, at + 16) for at in range(16, len(lines), 16))):
            show.pool.put(ask, start, lines[start:end])
    return show


def from_the_file(bake: Bake, parts: Sequence[Part]) -> Show:
    words = {(part.song, part.section): part.words for part in parts}
    show = Show(bake.setlist, Pool(), seed=bake.seed, words=words)
    for ask, part in zip(show.every_ask(), parts, strict=True):
        show.pool.lay(ask, part.played)
    return show


def pressed(show: Show, orders: Sequence[Do]) -> list[str]:
    shown = []
    for at, do in enumerate(orders):
        for effect in show.due(do, float(at)):
            if isinstance(effect, Cue) and effect.line is not None:
                shown.append(effect.line.text)
    return shown


async def test_two_hundred_presses_give_the_same_lines_live_and_baked() -> None:
    """Framed lines too, of which some were sung in another section and are passed over."""
    bake, _ = begun()
    parts = [
        replace(p, lines=tuple(replace(one, line=replace(one.line, frame=f"{i % 2} {n // 4}")) for n, one in
                               enumerate(p.lines)))
        for i, p in enumerate(await written(120, 2))
    ]  # fmt: skip
    press = Do("next_line")
    round_ = [*[press] * 5, Do("veto"), Do("next_section"), *[press] * 6, Do("swap"), Do("next_song"), *[press] * 7]
    orders = [*round_, Do("previous_song")] * 11
    one, other = pressed(live(bake, parts), orders), pressed(from_the_file(bake, parts), orders)
    assert len(one) > 200
    assert one == other


async def test_a_word_is_the_line_that_the_live_show_would_have_written() -> None:
    bake, asks = begun()
    parts = await written(16, 1)
    (wanted,) = live(bake, parts).due(Do("word", "rain"), 0.0)
    assert wanted.ask == word_ask(asks[0], "rain", 1)  # type: ignore[union-attr]
    ((line, _),) = await Scribe().explain(wanted.ask, 0, 1)  # type: ignore[union-attr]
    show = from_the_file(bake, parts)
    (wanted,) = show.due(Do("word", "rain"), 0.0)
    (cue,) = show.answer(wanted, None)  # type: ignore[arg-type]
    assert (cue.line.text, cue.line.origin) == (line.text, "word")  # type: ignore[union-attr]


def test_a_word_that_was_not_baked_takes_a_line_that_has_it_and_then_stands_alone() -> None:
    bake = baked()
    show = from_the_file(bake, bake.parts)
    said = []
    for word in ("gull", "gull", "rain", "Rain", "trombone"):
        (wanted,) = show.due(Do("word", word), 0.0)
        (cue,) = show.answer(wanted, None)  # type: ignore[arg-type]
        said.append(cue.line.text)  # type: ignore[union-attr]
    assert said[0] == "A gull comes knocking at the pane"
    assert said[1].startswith("A gull comes knocking at the pane ")  # another section's
    assert said[2:] == ["There is rain on the verse road", "There is rain on the chorus road 1", "Trombone"]


def test_neither_a_knob_nor_another_machine_takes_a_baked_show_its_lines() -> None:
    bake = baked()
    show = from_the_file(bake, bake.parts)
    before = show.upcoming()
    (remark,) = show.due(Do("wildness", 0.9), 0.0)
    assert "was baked" in remark.text  # type: ignore[union-attr]
    assert not show.sow(3)
    assert show.sow(1967)
    show.stand(replace(show.standing(120.0), wildness=0.9))
    assert show.upcoming() == before


async def test_a_baked_machine_goes_on_where_a_live_one_leads() -> None:
    bake, _ = begun()
    parts = await written(64, 2)
    leads, follows = live(bake, parts), from_the_file(bake, parts)
    press = Do("next_line")
    pressed(leads, [*[press] * 7, Do("veto"), Do("next_section"), *[press] * 3])
    follows.stand(leads.standing(120.0))
    orders = [*[press] * 5, Do("previous_section"), *[press] * 9]
    assert pressed(follows, orders) == pressed(leads, orders)
    assert (follows.number, follows.upcoming()) == (leads.number, leads.upcoming())


def test_a_recipe_names_the_shelves_of_the_show(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("We row the boat\nout of the bay", encoding="utf-8")
    (tmp_path / "never.txt").write_text("Somebody else's song of seven words", encoding="utf-8")
    text = SET.replace('names = ["Polly Magnet"]', 'lyrics = "own.txt"').replace(
        "seed", 'never_quote = "never.txt"\nseed'
    )
    file = tmp_path / "set.toml"
    model = Path(__file__).parents[2] / "models" / "char-rnn"
    recipe = Recipe(file, text, loads(text, "set.toml"), model, tmp_path / "journal.sqlite3", 1967, 8, ("rain",))
    bake, asks = recipe.begin()
    assert [part.digest for part in bake.parts] == [ask.digest for ask in asks]
    assert asks[0].prime == bake.lyrics["Harbour Lights"] == "We row the boat\nout of the bay"
    assert asks[0].never_quote == bake.never_quote != ""
    assert bake.quotes == ["somebody elses song of seven words"]
    assert not bake.whole
