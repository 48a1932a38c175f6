"""Sense is measured where there is an editor, on lines from all over the songs, with the lines before each."""

from collections.abc import Iterator, Sequence

import pytest

from stagelyric.editor import fetch
from stagelyric.editor.faults import EditorError
from stagelyric.report import analysis
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.report.measures import sense
from stagelyric.writing import editing

SONGS = [
    Song(f"Song {n}", (Stanza(("We rowed the boat to Leith", "And tied it by the wall", "Then it rained", "We sang")),))
    for n in range(200)
]


class Ear:
    """A line has as much sense as there are lines before it."""

    heard = 0

    def score(self, lines: Sequence[str], before: Sequence[Sequence[str]]) -> list[float]:
        self.heard += len(lines)
        return [float(len(told)) for told in before]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    sense._ear.cache_clear()
    yield
    sense._ear.cache_clear()


def test_without_an_editor_it_is_said_and_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fetch.CHOSEN, "none")
    report = analysis.analyse(SONGS[:2])
    assert report["sense"] is None
    assert "Not measured: sense; no editor is here: stagelyric models fetch smollm2" in report["notes"]


def test_an_editor_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise EditorError("it is damaged")

    monkeypatch.setattr(editing, "opened", damaged)
    assert sense.sense(SONGS) is None
    assert sense.missing() == "it is damaged"


def test_lines_from_everywhere_each_with_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear()
    monkeypatch.setattr(editing, "opened", lambda: ear)
    assert sense.sense(SONGS) == pytest.approx(1.5, abs=0.2)
    assert ear.heard == sense.MOST
    assert sense.sense(SONGS[:1]) == 1.5
    assert sense.sense([]) is None
    assert analysis.analyse(SONGS[:2])["sense"] == 1.5
