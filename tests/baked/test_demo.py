"""The demo's baked lines, which `make play` begins with, are those that would be written now."""

from pathlib import Path

import pytest

from stagelyric.baked import file as files
from stagelyric.baked.bake import Bake
from stagelyric.gates import family
from stagelyric.setlist.rig import Rig
from stagelyric.setlist.setlist import load
from stagelyric.show.position import Position
from stagelyric.stage.assemble import assemble
from stagelyric.stage.material import beside, edition
from stagelyric.types import paths
from stagelyric.types.lines import normal

DEMO = Path(__file__).parents[2] / "setlists" / "demo.toml"
STALE = "setlists/demo.bake is older than the setlist, the frames, the models or the ranking: run `make demo`"
FIRST = 4


@pytest.fixture(scope="module")
def demo() -> Bake:
    return files.read(DEMO.with_suffix(".bake")).bake


def test_it_is_of_this_setlist_and_of_what_writes_now(demo: Bake) -> None:
    assert demo.written == DEMO.read_text(encoding="utf-8"), STALE
    assert demo.edition == edition(paths.find_model(demo.setlist.model)), STALE
    assert demo.whole
    assert demo.touched == (0, 0)
    assert not demo.kept


def test_its_first_lines_are_written_again_today(demo: Bake) -> None:
    from stagelyric.writing.writer import Writer

    setlist, made_of = load(DEMO), beside(load(DEMO), DEMO.parent)
    assert setlist.seed is not None
    writer = Writer.open(paths.find_model(setlist.model), frames=())
    asks = Position(setlist, setlist.seed, made_of.lyrics, "", "").every_ask()
    for ask, part in zip(asks, demo.parts, strict=True):
        assert part.digest == ask.digest, STALE
        wanted = [line.text for line in writer.write(ask, 0, FIRST)]
        assert [one.line.text for one in part.lines[:FIRST]] == wanted, STALE


def test_it_is_fit_for_a_first_impression(demo: Bake) -> None:
    lines = [one.line for one in demo.lines]
    assert all(family.is_clean(line.text) for line in lines)
    for part in demo.parts:
        assert len({normal(one.line.text) for one in part.lines}) == len(part.lines)
    assert sum(line.origin == "frame" for line in lines) > 0.9 * len(lines)
    assert {song.hand for song in demo.setlist.songs} >= {"ballad", "dreamer", "comic"}
    assert DEMO.with_suffix(".bake").stat().st_size < 64_000


def test_the_first_press_of_a_fresh_machine_is_a_finished_line(
    demo: Bake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the writer has even been started."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    setlist = load(DEMO)
    made = assemble(
        setlist, Rig(), folder=DEMO.parent, file=DEMO, model=paths.find_model(setlist.model), seed=setlist.seed,
        journal_path=tmp_path / "journal.sqlite3", midi=[], terminal=False,
    )  # fmt: skip
    line = made.stage.show.upcoming()
    assert (line.text, line.origin) == (demo.parts[0].lines[0].line.text, demo.parts[0].lines[0].line.origin), STALE
    assert all(made.stage.pool.ready(ask) == demo.asked for ask in made.stage.show.every_ask())
