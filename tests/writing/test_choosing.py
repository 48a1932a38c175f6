"""One of several drafts is chosen: the gates come first, then the marks, then the editor, then the draw."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import fakes
import numpy as np
import pytest

from stagelyric.types.lines import Ask
from stagelyric.writing import editing, planning
from stagelyric.writing.choosing import Candidate, Chooser, Chosen, OpenLine, Read, end_of
from stagelyric.writing.drafters.contract import Standing
from stagelyric.writing.editing import Judge
from stagelyric.writing.gate import Gate
from stagelyric.writing.hearing import Heard
from stagelyric.writing.planning import Plan
from stagelyric.writing.ranking import Draft
from stagelyric.writing.writer import Writer

WRITER = Writer(fakes.NGramEngine(), fakes.language())
LOGITS, STATE = WRITER.engine.prime("")
FREE = (Plan(7, None, False, None),) * 4
GOOD = [
    "She left her hat on the kitchen floor", "My brother drove to the river wall", "A red guitar in a stolen car",
    "The driver sings to the station dogs", "He hung his boots on the garden door", "I gave the crowd a paper moon",
]  # fmt: skip


class Loving:
    """An ear to which a line with this word makes sense, and no other."""

    digest = "loving"

    def __init__(self, word: str):
        self.word, self.heard = word, list[tuple[str, tuple[str, ...]]]()

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        self.heard += [(line, tuple(told)) for line, told in zip(lines, before, strict=True)]
        return [editing.BAND[0] if self.word in line else -3.0 for line in lines]


def read(text: str, flow: float = -1.5, **changes: object) -> Read:
    draft = Draft(text, flow, -1.2, syllables=7, **changes)  # type: ignore[arg-type]
    return Read(draft, Heard(flow, -1.2, "\n", STATE, 0), "model")


def chooser(
    ask: Ask | None = None, *, seed: int = 0, earlier: Sequence[str] = (), ear: Loving | None = None
) -> Chooser:
    ask = ask or Ask()
    kit = replace(WRITER._kit(ask), judge=Judge(ear) if ear else None)
    gate = Gate(ask, kit.copies, earlier)
    return Chooser(kit, ask, gate, np.random.default_rng(seed), list(earlier), lambda: None)


def line(plans: tuple[Plan, ...] = FREE, number: int = 0) -> OpenLine:
    return OpenLine(0, number, plans, Standing(LOGITS, STATE))


def chosen(
    own: Chooser, candidates: Sequence[Candidate], *, plans: tuple[Plan, ...] = FREE, stanza: Sequence[Chosen] = (),
    attempt: int = 0, by_ear: bool = False,
) -> tuple[Chosen, ...]:  # fmt: skip
    said = [one.draft.words for one in stanza]
    open_line = line(plans, len(stanza))
    return own.choose(open_line, [list(candidates)], list(stanza), said, attempt, by_ear=by_ear)


def score(text: str) -> float:
    (found,) = chosen(chooser(), [(read(text),)])
    return found.score


def test_one_of_the_best_three_is_drawn_and_each_of_them_now_and_then() -> None:
    best = sorted(GOOD, key=score, reverse=True)[:3]
    drawn = [chosen(chooser(seed=seed), [(read(text),) for text in GOOD])[0].draft.text for seed in range(60)]
    assert set(drawn) <= set(best)
    assert drawn.count(best[0]) >= drawn.count(best[2])
    assert len(set(drawn)) > 1


def test_the_order_in_which_drafts_come_makes_no_difference() -> None:
    for seed in range(8):
        there, back = (
            chosen(chooser(seed=seed), [(read(text),) for text in texts])[0].draft for texts in (GOOD, GOOD[::-1])
        )
        assert there == back


def test_what_may_not_be_shown_is_not_drawn_however_well_it_scores() -> None:
    own = chooser(Ask(avoid=("kettle",)), earlier=["We sat by the sea"])
    barred = ["The kettle sings", "The damn guitar", "We sat by the sea", "I saw the sea", "rain rain"]
    assert chosen(own, [(read(text, -0.5),) for text in barred]) == ()
    assert chosen(own, []) == ()
    (found,) = chosen(own, [*((read(text, -0.5),) for text in barred), (read(GOOD[0], -2.4),)])
    assert found.draft.text == GOOD[0]


def test_one_random_number_is_taken_whatever_there_is_to_choose() -> None:
    after = set()
    for candidates in ([], [(read("rain rain"),)], [(read(text),) for text in GOOD]):
        own = chooser(seed=5)
        chosen(own, candidates)
        after.add(float(own.rng.random()))
    assert len(after) == 1


def test_lines_that_belong_together_come_together_and_score_their_mean() -> None:
    together: Candidate = tuple(read(text) for text in GOOD[:3])
    found = chosen(chooser(), [together])
    assert [one.draft.text for one in found] == GOOD[:3]
    assert chosen(chooser(), [(read(GOOD[0]), read("rain rain"))]) == ()
    assert chosen(chooser(), [(read(GOOD[0]), read(GOOD[1]))]) != ()


def test_a_line_of_a_group_may_not_end_as_one_before_the_block_did() -> None:
    own = chooser(earlier=["He sailed across the river wall"])
    assert chosen(own, [(read(GOOD[0]), read(GOOD[1]))]) == ()
    assert len(chosen(own, [(read(GOOD[0]), read(GOOD[1]))], attempt=2)) == 2


@pytest.mark.parametrize(
    ("text", "rhymes"),
    [("And walked into the night", 1.0), ("And lost another bike", 0.5), ("And read another line", 0.25), ("Gone", 0)],
)
def test_a_rhyme_is_measured_on_the_finished_line(text: str, rhymes: float) -> None:
    mate = chosen(chooser(), [(read("He waited for the light"),)])
    plans = (Plan(7, None, True, None), Plan(7, 0, False, None))
    (found,) = chosen(chooser(Ask(rhyme="AABB")), [(read(text),)], plans=plans, stanza=mate)
    assert found.draft.rhymes == rhymes
    assert found.marks.get("rhyme", 0) == rhymes


def test_a_wanted_rhyme_may_be_on_any_sound_of_its_word() -> None:
    for text in ("The sailors felt the sand and grinned", "He left it all behind"):
        (found,) = chosen(chooser(Ask(rhyme_with="the wind!")), [(read(text),)])
        assert found.draft.rhymes == 1.0, text


@pytest.mark.parametrize(("length", "off"), [(4, 1), (5, 0), (9, 0), (12, 3)])
def test_syllables_outside_the_metre_are_counted(length: int, off: int) -> None:
    own = read(GOOD[0])
    own = replace(own, draft=replace(own.draft, syllables=length))
    (found,) = chosen(chooser(Ask(syllables=(9, 5))), [(own,)])
    assert found.draft.off == off
    assert found.marks.get("metre", 0) == off


def test_where_a_name_is_due_lines_with_it_come_before_better_ones() -> None:
    plans = (replace(FREE[0], must=planning.as_name("Polly", may_end=True)), *FREE[1:])
    named = [(read(f"Polly {text.lower()}", -2.4, named=True, says=True),) for text in GOOD[:3]]
    better = [(read(text, -1.0),) for text in GOOD[3:]]
    for seed in range(6):
        (found,) = chosen(chooser(seed=seed), [*better, *named], plans=plans)
        assert found.draft.named
    (found,) = chosen(chooser(), better, plans=plans)
    assert not found.draft.named, "where there is none, a line without it is taken"


def test_the_editor_has_a_say_among_those_that_pass_alone() -> None:
    ear = Loving("boots")
    own = chooser(Ask(avoid=("moon",)), earlier=["Nobody knew"], ear=ear)
    assert chosen(own, [(read(text),) for text in GOOD], by_ear=True)[0].draft.text == GOOD[4]
    assert {text for text, _ in ear.heard} == set(GOOD[:5])
    assert {told for _, told in ear.heard} == {("Nobody knew",)}


def test_what_the_editor_hears_first_is_the_stanza_so_far() -> None:
    ear = Loving("boots")
    before = chosen(chooser(), [(read("He waited for the light"),)])
    found = chosen(
        chooser(earlier=["Nobody knew"], ear=ear), [(read(text),) for text in GOOD], stanza=before, by_ear=True
    )
    assert {told for _, told in ear.heard} == {("He waited for the light",)}
    assert "sense" not in found[0].marks, "in its band a line has no mark"
    (worse,) = chosen(chooser(ear=Loving("boots"), seed=1), [(read(GOOD[0]),)], by_ear=True)
    assert "sense" not in worse.marks, "a single line needs no judge"


def test_without_ears_nobody_is_asked() -> None:
    ear = Loving("boots")
    chosen(chooser(ear=ear), [(read(text),) for text in GOOD])
    assert ear.heard == []


def test_a_score_is_the_weighted_marks() -> None:
    own = chooser(ear=Loving("boots"))
    for found in chosen(own, [(read(text),) for text in GOOD[:2]], by_ear=True):
        assert found.score == pytest.approx(sum(mark * own.kit.weights[name] for name, mark in found.marks.items()))
        assert found.marks["sense"] < 0


def test_the_state_goes_on_from_the_line_that_was_chosen() -> None:
    rows = STATE.take(np.zeros(3, dtype=np.int64))
    at = np.array([5, 9, 20])
    _, rows = WRITER.engine.step(at, rows)
    own = Read(read("Rain").draft, Heard(-1.0, -1.0, "\n", rows, 1), "model")
    _, alone = WRITER.engine.step(at[1:2], STATE)
    following = np.array([7])
    np.testing.assert_array_equal(
        WRITER.engine.step(following, end_of(own))[0], WRITER.engine.step(following, alone)[0]
    )
