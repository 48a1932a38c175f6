"""Can a classifier tell two sets of lines apart? A classifier two-sample test (Lopez-Paz & Oquab 2017).

AUC 0.5: not at all; 1.0: every line. Two halves of one set of songs by people give 0.56 to 0.58, since songs differ.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stagelyric.report.language import MissingExtraError
from stagelyric.report.measures import form, wording
from stagelyric.report.measures.wording import Wording

Learner: TypeAlias = Any  # from scikit-learn, which has no type annotations

FOLDS = 5
LEAST = 4 * FOLDS
"""Fewest lines on each side for a test."""


@dataclass(frozen=True, slots=True)
class Told:
    """Cross-validated areas under the ROC curve: of a logistic regression, of boosted trees, and of a letter model."""

    logistic: float
    trees: float
    letters: float

    @property
    def auc(self) -> float:
        """The better of the two models that use the features."""
        return max(self.logistic, self.trees)


def features(lines: Sequence[str]) -> NDArray[np.float64]:
    """(L, 12) with the columns below. If a line has no words for a mean, the mean of the other lines is used."""
    read = Wording.of(lines)
    columns = [
        wording.content_zipf(read),
        wording.nidf(read),
        wording.pronoun_share(read),
        wording.you_and_i(read),
        wording.named(read),
        wording.hooked(read),
        wording.noun_share(read),
        np.array([float(len(line)) for line in lines]),
        np.array([float(len(line)) for line in read.lines]),
        np.array([float(form.syllables(line)) for line in lines]),
        wording.real_share(read),
        wording.grammar(read),
    ]
    table = np.stack(columns, axis=1)
    usual = np.nanmean(table, axis=0)
    return np.asarray(np.where(np.isnan(table), usual, table))


def tell_apart(
    ours: Sequence[str],
    theirs: Sequence[str],
    our_groups: Sequence[int] | None = None,
    their_groups: Sequence[int] | None = None,
    *,
    seed: int = 0,
) -> Told:
    """How well lines of `ours` are told from `theirs`, each set as large as the smaller one, by five folds.

    `groups`: the number of each line's song or context; lines of one group are never on both sides of a fold. Final
    punctuation and the case of the first letter are removed, as they depend on printing. Raises MissingExtraError
    without scikit-learn, ValueError for fewer than twenty lines a side or a single group.
    """
    rng = np.random.default_rng(seed)
    size = min(len(ours), len(theirs))
    if size < LEAST:
        raise ValueError(f"wanted at least {LEAST} lines on each side to tell apart, found {size}")
    chosen = [rng.permutation(len(side))[:size] for side in (ours, theirs)]
    lines = [bare(side[i]) for side, at in zip((ours, theirs), chosen, strict=True) for i in at]
    groups: list[int] = []
    for side, given, at in zip((ours, theirs), (our_groups, their_groups), chosen, strict=True):
        numbers = list(given) if given is not None else list(range(len(side)))
        groups += [numbers[i] for i in at]
    if len(set(groups)) < 2:
        raise ValueError("wanted lines of at least two songs to tell apart, found one")
    y = np.repeat([1, 0], size)
    table = features(lines)
    sk = _sklearn()
    scale = sk["pipeline"].make_pipeline
    logistic = sk["linear_model"].LogisticRegression(max_iter=1000)
    return Told(
        _auc(sk, scale(sk["preprocessing"].StandardScaler(), logistic), table, y, groups),
        _auc(sk, sk["ensemble"].GradientBoostingClassifier(random_state=seed, subsample=0.8), table, y, groups),
        _auc(sk, scale(_letters(sk), sk["linear_model"].LogisticRegression(max_iter=1000)), lines, y, groups),
    )


def bare(line: str) -> str:
    """A line without punctuation at its ends, capitalised."""
    line = line.strip().strip(".,;:!?-\"'() ")
    return line[:1].upper() + line[1:]


def _letters(sk: Mapping[str, ModuleType]) -> Learner:
    return sk["feature_extraction.text"].TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3)


def _sklearn() -> dict[str, ModuleType]:
    names = (
        "pipeline", "linear_model", "preprocessing", "ensemble", "model_selection", "metrics",
        "feature_extraction.text",
    )  # fmt: skip
    try:
        return {name: importlib.import_module(f"sklearn.{name}") for name in names}
    except ImportError:
        raise MissingExtraError("scikit-learn", "tells lines apart") from None


def _auc(
    sk: Mapping[str, ModuleType],
    model: Learner,
    x: Sequence[str] | NDArray[np.float64],
    y: NDArray[np.int64],
    groups: Sequence[int],
) -> float:
    count = min(FOLDS, len(set(groups)))
    folds = sk["model_selection"].StratifiedGroupKFold(count, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fold of a small set may lack a class or a word, of which scikit-learn warns
        chances = sk["model_selection"].cross_val_predict(model, x, y, groups=groups, cv=folds, method="predict_proba")
    return float(sk["metrics"].roc_auc_score(y, chances[:, 1]))
