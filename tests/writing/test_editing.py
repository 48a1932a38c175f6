"""Lines chosen by ear: whole stanzas and single lines, aimed at a band, never a line that is wanted now."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from editor import tiny_gguf
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.editor import fetch, usual
from stagelyric.editor.editor import built
from stagelyric.editor.faults import EditorError
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.writing import editing
from stagelyric.writing.writer import Writer

MODEL = Path(__file__).parents[2] / "models" / "transformer"


class Counting:
    """An ear to which a line makes the more sense the more of its letters are in `loved`."""

    digest = "counting"

    def __init__(self, loved: str = "aeiou") -> None:
        self.loved = loved
        self.heard: list[tuple[str, tuple[str, ...]]] = []

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        between()
        self.heard += [(line, tuple(told)) for line, told in zip(lines, before, strict=True)]
        return [6 * sum(letter in self.loved for letter in line.lower()) / max(1, len(line)) for line in lines]


@pytest.fixture(scope="module")
def plain() -> Writer:
    return Writer.open(MODEL, frames=())


def judged(plain: Writer, ear: Counting) -> Writer:
    return Writer(
        plain.engine, plain.language, plain.copies, drafters=plain.drafters, framer=plain.framer,
        editor=editing.Judge(ear),
    )  # fmt: skip


@given(st.integers(-300, 400), st.integers(-300, 400))
def test_the_band_is_a_band(hundredths: int, more: int) -> None:
    (low, high), a, b = editing.BAND, hundredths / 100, more / 100
    for sense in (a, b):
        assert (editing.mark(sense) == 0) == (low <= sense <= high)
    if a < b <= low or a > b >= high:
        assert editing.mark(a) < editing.mark(b)


def test_the_stanza_that_goes_on_best_is_taken_and_of_equals_the_first() -> None:
    ear = Counting()
    judge = editing.Judge(ear)
    flat, good, same = ["xyz xyz", "xyz"], ["aexyzw", "eaxyzw"], ["iexyzw", "eixyzw"]
    assert judge.best([flat, good, same], ["Before"]) == 1
    assert judge.best([flat, same, good], ["Before"]) == 1
    assert ("eaxyzw", ("Before", "aexyzw")) in ear.heard


def test_frames_are_chosen_by_ear_with_the_lines_before(plain: Writer) -> None:
    ear, ask = Counting(), Ask(rhyme="ABCB", themes=("rain",), seed=5)
    chosen = judged(plain, ear).write(ask, 0, 16)
    unheard = plain.write(ask, 0, 16)
    assert [line.text for line in chosen] != [line.text for line in unheard]
    assert {line.origin for line in chosen} == {"frame"}
    for at, since in ((4, 0), (9, 4)):  # the same line may be heard after another form of the line before it, too
        befores = [told[since - at :] for line, told in ear.heard if line == chosen[at].text]
        assert tuple(line.text for line in chosen[since:at]) in befores
    assert [line.text for line in judged(plain, Counting()).write(ask, 0, 16)] == [line.text for line in chosen]


def test_the_first_stanza_is_there_at_once_and_far_ones_are_not_heard(plain: Writer) -> None:
    ear, ask = Counting(), Ask(rhyme="ABCB", themes=("rain",), seed=5)
    writer = judged(plain, ear)
    first = writer.write(ask, 0, 4)
    assert first == plain.write(ask, 0, 4)
    far = [str(number) for number in range(192)]
    assert writer.write(ask, 192, 4, far) == plain.write(ask, 192, 4, far)
    assert ear.heard == []


def test_model_lines_gain_a_mark(plain: Writer) -> None:
    ask = Ask(rhyme="AABB", drafters=("backward",), seed=2)
    explained = judged(plain, Counting("q")).explain(ask, 0, 8)
    assert all("sense" not in marks for _, marks in explained[:4])
    assert sum(marks.get("sense", 0) < 0 for _, marks in explained[4:]) >= 3  # but for a line that nothing passed for
    assert all("sense" not in marks for _, marks in plain.explain(ask, 0, 8))


@pytest.mark.parametrize("wildness", [0.0, 1.0])
def test_a_line_that_is_wanted_now_is_not_judged(plain: Writer, wildness: float) -> None:
    ear, ask = Counting(), Ask(word="river", wildness=wildness, seed=3)
    assert judged(plain, ear).write(ask) == plain.write(ask)
    assert ear.heard == []


def test_lines_chosen_by_ear_have_a_name_of_their_own(plain: Writer) -> None:
    assert judged(plain, Counting()).digest != plain.digest


def test_what_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    monkeypatch.setenv(fetch.CHOSEN, "none")
    assert editing.ready() is None
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setenv(fetch.CHOSEN, str(source))
    with pytest.raises(EditorError, match=rf"isn't built yet: .*stagelyric models fetch {source}"):
        editing.ready()
    built(source, usual.lexicon())
    judge = editing.ready()
    assert judge is not None
    assert judge.marks(["The rain is on the sea"], []) == judge.marks(["The rain is on the sea"], [])
    built(source)
    with pytest.raises(EditorError, match="built anew"):
        editing.ready()
