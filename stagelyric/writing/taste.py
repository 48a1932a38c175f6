"""The band's taste: adapts the ranking's weights to the lines that the band kept and vetoed.

A regularised logistic regression: logit p(kept) = s · (usual score) + marks · δ + c. All lines on stage were chosen by
the usual weights, so the usual score differs little between them and its scale s can't be estimated well: it is left
free and discarded. Only δ, the preference beyond the usual score, is added to the weights. δ is regularised towards 0,
so that twenty judgements change little and more change more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tomli
from numpy.typing import NDArray

from stagelyric.types.paths import LARGEST_TASTE
from stagelyric.words.reading import read_bytes
from stagelyric.writing.ranking import WEIGHTS

FILE = "taste.toml"
LEAST = 20
"""Fewest keeps and vetoes from which a taste is learned."""

PASSED = 0.1
"""The weight of a line that was shown and neither kept nor vetoed."""

FITTED = tuple(
    name for name in WEIGHTS if name not in ("sense", "setting", "a name or theme", "near the theme", "rhyme", "metre")
)
"""The marks of the line itself. Marks for meeting an ask are excluded, as a journal doesn't record the ask."""

_PULLS = (4.0, 16.0, 64.0, 256.0)
_WORTH = 2.0  # score units for each unit of logit: about the spread of scores among the drafts of one line
_FURTHEST = 1.5  # a weight changes by at most this many times its value, or by _LEAST_REACH if that is more
_LEAST_REACH = 0.6
_FOLDS = 5
_ROUNDS = 50


class TasteError(ValueError):
    """A taste that can't be learned or read. The message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line's marks and the verdict: 1 kept, 0 vetoed; `weight` is 1, or less if the line was merely not judged."""

    marks: Mapping[str, float]
    kept: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Taste:
    """Weights by mark, the number of judgements behind them, and how well they separate kept from vetoed lines.

    `before`, `after`: the share of pairs of a kept and a vetoed line in which the kept one has the higher score, with
    the usual weights, and with cross-validated ones (each line scored by weights fitted without its fold).
    """

    weights: Mapping[str, float]
    kept: int = 0
    vetoed: int = 0
    before: float = 0.5
    after: float = 0.5
    moved: Mapping[str, float] = field(default_factory=dict)
    """How far each weight moved from its usual value, largest change first."""


def fit(judged: Sequence[Judged]) -> Taste:
    """The weights for these judgements. Raises TasteError for fewer than 20, or if all are kept or all vetoed.

    A MAP estimate under δ ~ N(0, 1 / pull), with each mark scaled by its standard deviation. The best of four pulls is
    chosen by cross-validation. No weight moves by more than 1.5 times its value (0.6 for a small one).
    """
    kept = sum(one.kept == 1 and one.weight == 1 for one in judged)
    vetoed = sum(one.kept == 0 and one.weight == 1 for one in judged)
    if kept + vetoed < LEAST:
        raise TasteError(f"wanted {LEAST} lines or more that were kept or vetoed, found {kept + vetoed}")
    x, y, weight = _table(judged)
    if not ((y == 1).any() and (y == 0).any()):
        raise TasteError(f"wanted lines of both kinds to tell apart, found {kept} kept and {vetoed} vetoed")
    usual = np.array([WEIGHTS[name] for name in FITTED])
    left_out = {pull: _left_out(x, y, weight, usual, pull) for pull in _PULLS}
    pull = min(_PULLS, key=lambda p: _loss(left_out[p].logits, y, weight))
    steps = _steps(_solve(x, y, weight, usual, pull), usual)
    moved = {name: round(float(step), 3) for name, step in zip(FITTED, steps, strict=True) if abs(step) >= 0.0005}
    weights = {name: round(usual + moved.get(name, 0.0), 3) for name, usual in WEIGHTS.items()}
    order = dict(sorted(moved.items(), key=lambda item: -abs(item[1])))
    sure = weight == 1
    return Taste(weights, kept, vetoed, _pairs(x @ usual, y, sure), _pairs(left_out[pull].scores, y, sure), order)


def _table(judged: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(marks (N, F), kept (N,), weight (N,)); all lines not judged count at most half as much as the judged."""
    x = np.array([[one.marks.get(name, 0.0) for name in FITTED] for one in judged], dtype=np.float64)
    y = np.array([one.kept for one in judged], dtype=np.float64)
    weight = np.array([one.weight for one in judged], dtype=np.float64)
    passed = weight < 1
    if passed.any():
        weight[passed] *= min(1.0, 0.5 * (~passed).sum() / weight[passed].sum())
    return x, y, weight


class _Solved(NamedTuple):
    likes: NDArray[np.float64]  # δ (F,)
    scale: float
    offset: float

    def logits(self, x: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(x @ self.likes + self.scale * (x @ usual) + self.offset)


def _solve(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], usual: NDArray[np.float64], pull: float
) -> _Solved:
    """Minimises the loss, which is convex, by Newton's method.

    Marks count from their mean: a mark that is the same in all lines would else serve as an offset, almost unpenalised,
    and its weight would move as far as it can.
    """
    middle, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
    away = x - middle
    z = np.column_stack([away, away @ usual, np.ones(len(x))])
    penalty = np.concatenate([pull * spread**2, [1.0, 1e-3]])
    w = np.zeros(z.shape[1])
    for _ in range(_ROUNDS):
        chance = _logistic(z @ w)
        slope = z.T @ (weight * (chance - y)) + penalty * w
        bend = (z * (weight * chance * (1 - chance))[:, None]).T @ z + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        w = w - step
        if np.abs(step).max() < 1e-8:
            break
    return _Solved(w[:-2], float(w[-2]), float(w[-1] - middle @ (w[:-2] + w[-2] * usual)))


def _steps(solved: _Solved, usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each weight moves, (F,)."""
    reach = np.maximum(_LEAST_REACH, _FURTHEST * np.abs(usual))
    return np.asarray(np.clip(_WORTH * solved.likes, -reach, reach))


class _LeftOut(NamedTuple):
    logits: NDArray[np.float64]  # (N,)
    scores: NDArray[np.float64]  # (N,) by the changed weights


def _left_out(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], usual: NDArray[np.float64], pull: float
) -> _LeftOut:
    """Five-fold cross-validation: each line's scores by a fit without its fold. Folds are drawn by fixed seed."""
    fold = np.random.default_rng(0).permutation(len(x)) % _FOLDS
    logits, scores = np.zeros(len(x)), np.zeros(len(x))
    for number in range(_FOLDS):
        out = fold == number
        solved = _solve(x[~out], y[~out], weight[~out], usual, pull)
        logits[out] = solved.logits(x[out], usual)
        scores[out] = x[out] @ (usual + _steps(solved, usual))
    return _LeftOut(logits, scores)


def _logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)))


def _loss(scores: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    return float((weight * (np.logaddexp(0, scores) - y * scores)).sum())


def _pairs(scores: NDArray[np.float64], y: NDArray[np.float64], sure: NDArray[np.bool_]) -> float:
    kept, vetoed = scores[sure & (y == 1)], scores[sure & (y == 0)]
    if not len(kept) or not len(vetoed):
        return 0.5
    ahead = kept[:, None] - vetoed[None, :]
    return round(float((ahead > 0).mean() + 0.5 * (ahead == 0).mean()), 4)


def save(file: Path, taste: Taste) -> None:
    """Writes a taste file (TOML) atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "# What this band keeps and vetoes, learned by `stagelyric learn-taste`. Lines are chosen by these weights in",
        "# place of the usual ones. Delete this file to forget it; copy it to the second rig.",
        f"kept = {taste.kept}",
        f"vetoed = {taste.vetoed}",
        "",
        "[weights]",
        *(f'"{name}" = {weight:.3f}' for name, weight in taste.weights.items()),
    ]
    partial = file.with_name(file.name + ".partial")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(file)


def load(file: Path) -> dict[str, float]:
    """The weights in a taste file; the usual ones if there is no file, or for a mark that the file lacks.

    Raises TasteError for a file that isn't a taste file, saying what is wrong with it.
    """
    try:
        written = tomli.loads(read_bytes(file, LARGEST_TASTE).decode())
    except FileNotFoundError:
        return WEIGHTS
    except (OSError, ValueError, RecursionError) as error:
        raise TasteError(f"{file}: wanted a taste that learn-taste wrote, found another file ({error})") from None
    weights = written.get("weights", {})
    if not isinstance(weights, dict):
        raise TasteError(f"{file}: weights: wanted a table, found {weights!r}")
    for name, weight in weights.items():
        if name not in WEIGHTS:
            raise TasteError(f"{file}: weights: wanted marks of the ranking, found {name!r}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not -100 < weight < 100:
            raise TasteError(f"{file}: weights.{name}: wanted a number, found {weight!r}")
    return WEIGHTS | {name: float(weight) for name, weight in weights.items()}
