"""An Ask goes in, ranked Lines come out: the model drafts, the craft judges.

A shelf is written in blocks of four quatrains. Within a block the first lines of all quatrains are drafted side by
side, then the second ones, each going on from the line chosen before it. Line n of a shelf depends on the ask, the
model and the lines before its block, and on nothing else: not on time, and not on how many lines were asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stagelyric import linescore
from stagelyric.backwriter import Backwriter
from stagelyric.craft import family, lexicon, near, novelty, planning, ranking, rules, structure, tags
from stagelyric.craft.cliches import is_average
from stagelyric.craft.drafting import Alphabet, Drafts
from stagelyric.craft.novelty import Copies, normal
from stagelyric.craft.phonetics import plain, pronounce, sung, syllable_count
from stagelyric.craft.ranking import Around, Draft
from stagelyric.craft.rhyme import kind_of_sounds
from stagelyric.craft.rules import Ending, Language, Rules
from stagelyric.craft.syllables import Counter, syllabify
from stagelyric.craft.tasks import Must, Task
from stagelyric.craft.words import STOP
from stagelyric.lines import Ask, Line
from stagelyric.lm.codes import CODED_ALPHABET, PERSON, PLACE, prefix
from stagelyric.lm.sample import choose
from stagelyric.sketcher import Sketcher

BLOCK = 16
"""Lines that are written together."""

DRAFTS = 12
"""Drafts of each line of a shelf that rhymes with none before it."""

RHYMED_DRAFTS = 18
"""Drafts of one that does: most of them stumble where they land."""

WORD_DRAFTS = 16
"""Drafts of a line that is wanted now."""

MIN_P = 0.05
_LONGEST = 120  # characters of a draft
_TRIES = 6
_LETTERS_FROM = 3  # tries last word first, after which drafts are made letter by letter
_REMEMBERED = 48  # lines of the shelf that a new one is not to be too much like
_ONCE, _OFTEN = 10, 20  # words that must be there to rhyme with, where a line is to be rhymed with
_RHYMES = 600  # words; an ending of more is no rhyme
_ABOUT = 0.4  # of the drafts are asked to hold a theme's word
_RARE = 80  # times in the corpus; a theme below that is put into lines outright
_RANKED = 8  # of the drafts of a line, those that are marked in full

_ARTICLE = re.compile(r"\b([Aa])n? ([A-Za-z']+)")

Between = Callable[[], None]


class Engine(Protocol):
    """What the writer needs of a model at showtime: see `lm.runtime.Engine`."""

    digest: str

    @property
    def vocabulary(self) -> Any: ...

    def prime(self, text: str) -> tuple[NDArray[np.float32], Any]: ...

    def step(self, ids: NDArray[np.int64], state: Any) -> tuple[NDArray[np.float32], Any]: ...

    def extend(
        self, ids: NDArray[np.int64], counts: NDArray[np.int64], state: Any
    ) -> tuple[NDArray[np.float32], Any]: ...


@dataclass(slots=True)
class Place:
    """One line of a block under way: where the model stands before it, and what has been chosen for it."""

    quatrain: int
    logits: NDArray[np.float32]  # (1, V)
    state: Any  # one row
    plan: planning.Plan
    before: Sequence[str] = ()  # the words of the line before it
    shape: Any = None  # where the structure model stands, if there is one
    back: Any = None  # where the backward model stands, if there is one
    rhyme: int = 0  # of the stanza's rhymes, from 0 in the order that they come up
    chosen: Chosen | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The draft that was picked, its score and marks, and where the model stood at its end."""

    draft: Draft
    score: float
    marks: dict[str, float]
    state: Any


class Writer:
    """Writes lines with a model and the craft that belongs to it."""

    def __init__(
        self,
        engine: Engine,
        language: Language,
        copies: Copies | None = None,
        weights: Mapping[str, float] = ranking.WEIGHTS,
        sketcher: Sketcher | None = None,
        backwriter: Backwriter | None = None,
    ):
        """`copies`: what must not be quoted; `weights`: what each mark counts for, by the band's taste.

        `sketcher` gives drafts the templates of a structure model, `backwriter` drafts last word first, where they are.
        """
        self.engine = engine
        self.language = language
        self.lexicon = language.lexicon
        self.copies = copies or Copies(np.zeros(0, np.uint32))
        self.weights = weights
        self.sketcher, self.backwriter = sketcher, backwriter
        self.alphabet = Alphabet(engine.vocabulary.symbols)
        self.coded = engine.vocabulary.symbols == CODED_ALPHABET
        """Whether the model can be asked for syllables, an end word, a name: see `lm.codes`."""
        self._taught = lru_cache(maxsize=4)(language.taught)
        self._rules = lru_cache(maxsize=8)(self._make_rules)

    @classmethod
    def open(cls, folder: Path, precision: str = "int8", weights: Mapping[str, float] = ranking.WEIGHTS) -> Writer:
        """The model in `folder`, with its lexicon. Raises ModelError, LexiconError and the like."""
        from stagelyric.lm import runtime

        engine = runtime.load(folder, precision="fp32" if precision == "fp32" else "int8")
        words = lexicon.load(folder / lexicon.FILE)
        vectors = near.load(folder / near.FILE, len(words.words))
        used = tags.load(folder / tags.FILE, len(words.words)) if engine.templates else None
        language = Language(words, vectors, structure.load(folder / structure.FILE, len(words.words)), used)
        sketcher = Sketcher(engine.templates, language) if engine.templates else None
        # The two of the lineage that draft in ways of their own keep to them.
        slots = engine.vocabulary.symbols == CODED_ALPHABET
        backwriter = Backwriter.open(folder, words) if slots and sketcher is None else None
        return cls(engine, language, Copies.load(folder / novelty.FILE), weights, sketcher, backwriter)

    @property
    def digest(self) -> str:
        """Names the model and its words: the same asks give the same lines wherever it is the same."""
        taste = "" if self.weights == ranking.WEIGHTS else repr(sorted(self.weights.items()))
        back = self.backwriter.digest if self.backwriter else ""
        whole = f"{self.engine.digest} {' '.join(self.lexicon.words)}{taste}{back}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), between: Between = lambda: None
    ) -> list[Line]:
        """Lines `start` to `start + count` of an ask's shelf.

        `earlier`: the texts of the shelf's lines before `start`, which are not written again. `between` is called
        between every two steps of the model and may itself write. There are always as many lines as asked for.
        """
        return [line for line, _ in self.explain(ask, start, count, earlier, between)]

    def explain(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), between: Between = lambda: None
    ) -> list[tuple[Line, dict[str, float]]]:
        """`write`, and for each line what it was marked for: mark times weight by the mark's name."""
        made: list[tuple[Line, dict[str, float]]] = []
        before = list(earlier)
        size = 1 if ask.word else BLOCK
        first = start - start % size
        before = before[: max(0, len(before) - (start - first))]
        while first + len(made) < start + count:
            block = (first + len(made)) // size
            made += self._block(ask, block, size, before + [line.text for line, _ in made], between)
        return made[start - first : start - first + count]

    def raw(self, ask: Ask, count: int) -> list[Line]:
        """Lines as the model has them: plain sampling, no craft but the ask's wildness."""
        rng = self._random(ask, 0)
        made: list[Line] = []
        logits, state = self.engine.prime(self.context(ask))
        newline, text = self.alphabet.newline, ""
        while len(made) < count:
            at = choose(logits, rng, temperature=temperature(ask), mask=self.alphabet.spoken[None])
            if at[0] == newline or len(text) > _LONGEST:
                if text.strip():
                    made.append(Line(text.strip(), "model", 0.0, syllabify(text.strip()), len(made)))
                text = ""
            else:
                text += self.alphabet.symbols[int(at[0])].replace("\x03", "")
            logits, state = self.engine.step(at, state)
        return made

    def judge(self, text: str, before: Sequence[str] = ()) -> dict[str, float]:
        """The marks (unweighed) of a finished line, after the lines `before` it, with nothing asked of it."""
        logits, state = self.engine.prime("".join(line + "\n" for line in before))
        vocabulary = self.engine.vocabulary
        letters = vocabulary.decode(vocabulary.encode(text)).rstrip(" .,;:!")  # anybody's text, so in our spelling
        (own,) = linescore.hear(self.engine, self.alphabet, [letters], logits, state)
        draft = Draft(text, own.flow, own.landing, syllables=len(syllabify(text, self._count)))
        around = Around(before=tuple(tuple(normal_words(line)) for line in before))
        return ranking.marks(draft, self._rules((), (), False, 0.5), around, self.copies.worn(plain(text)))

    def context(self, ask: Ask) -> str:
        """What the model reads before the first line; names it does not know by their letters are slots."""
        return self.slotted(ask.prime.rstrip() + "\n" if ask.prime.strip() else "", ask.names)

    def slotted(self, text: str, names: Sequence[str]) -> str:
        """A text with a slot for each of these names, if the model knows slots."""
        for name in names if self.coded else ():
            if planning.spelled(name):
                text = text.replace(name, PLACE if planning.is_place(name) else PERSON)
        return text

    def _random(self, ask: Ask, block: int) -> np.random.Generator:
        return np.random.default_rng([int(ask.digest, 16), int(self.engine.digest[:16], 16), block])

    def _make_rules(
        self, themes: tuple[str, ...], avoid: tuple[str, ...], family_friendly: bool, wildness: float,
        elisions: bool = False,
    ) -> Rules:  # fmt: skip
        new = rules.unknown(themes, self.lexicon)
        language = self._taught(new) if new else self.language
        language = language.sung() if elisions else language
        return rules.make(language, themes=themes, avoid=avoid, family_friendly=family_friendly, wildness=wildness)

    def _count(self, word: str) -> int | None:
        known = self.lexicon.syllable_count(plain(word))
        return syllable_count(word) if known is None else known

    def _sung(self, ask: Ask) -> Counter:
        """Counts as singers elide; names are sung in full, as they were drafted."""
        index, names = self.lexicon.index, set(re.findall(r"[\w']+", plain(" ".join(ask.names))))

        def count(word: str) -> int | None:
            told = plain(word).lower()
            if plain(word).removesuffix("'s") in names:
                return self._count(word)
            return sung(told, self.lexicon.phones(index[told]) if told in index else pronounce(told))

        return count

    def _block(
        self, ask: Ask, block: int, size: int, earlier: list[str], between: Between
    ) -> list[tuple[Line, dict[str, float]]]:
        job = _Job(self, ask, block, earlier, between)
        chosen = [job.word()] if ask.word else job.quatrains(size // planning.STANZA)
        return [self._line(ask, c, block * size + i) for i, c in enumerate(chosen)]

    def _line(self, ask: Ask, chosen: Chosen, index: int) -> tuple[Line, dict[str, float]]:
        text = chosen.draft.text
        pieces = syllabify(text, self._sung(ask) if ask.elisions else self._count)
        weighed = {name: round(mark * self.weights[name], 3) for name, mark in chosen.marks.items()}
        return Line(text, "word" if ask.word else "model", round(chosen.score, 4), pieces, index), weighed


class _Job:
    """One block being written. Nothing of it is shared, so that another may be written in the middle of it."""

    def __init__(self, writer: Writer, ask: Ask, block: int, earlier: list[str], between: Between):
        self.writer, self.ask, self.between = writer, ask, between
        self.rng = writer._random(ask, block)
        self.avoid = [normal(plain(phrase)) for phrase in ask.avoid if normal(plain(phrase))]
        if ask.word and not self._is_fit(ask.word):
            self.ask = ask = replace(ask, word=None)  # whoever sent it: it is not shown, and a line is
        self.rules = writer._rules(ask.themes, ask.avoid, ask.family_friendly, ask.wildness, ask.elisions)
        self.block = block
        self.taken = {normal(text) for text in earlier}
        self.ends: set[str] = set()  # the last words of the block's lines so far
        self.before = [tuple(normal_words(text)) for text in earlier[-_REMEMBERED:]]
        self.rare = [theme for theme in ask.themes if planning.spelled(theme) and self._is_rare(theme)]
        self.low, self.high = planning.metre(ask)
        self.names = _spellings((*ask.names, *self.rare, *((ask.word,) if ask.word else ())))

    def quatrains(self, number: int) -> list[Chosen]:
        """Quatrains line by line, all of them side by side; their lines in order."""
        engine = self.writer.engine
        logits, state = engine.prime(self.writer.context(self.ask))
        stanzas = [self._planned(self.block * number + q) for q in range(number)]
        done: list[list[Chosen]] = [[] for _ in range(number)]
        standing = [(logits, state)] * number
        shapes, backs = [self._shape()] * number, [self._back()] * number
        for place in range(planning.STANZA):
            words = [lines[-1].draft.words if lines else [] for lines in done]
            places = [Place(q, *standing[q], stanzas[q][place], words[q], shapes[q], backs[q]) for q in range(number)]
            for at in places:
                at.rhyme = planning.rhyme_of(self.ask.rhyme, place)
            self._fill(places, done)
            for q, at in enumerate(places):
                assert at.chosen is not None
                done[q].append(at.chosen)
                shapes[q], backs[q] = self._shape(at), self._back(at)
            if place + 1 < planning.STANZA:
                standing = self._go_on([lines[-1].state for lines in done], "." if place % 2 else ",")
        return [chosen for lines in done for chosen in lines]

    def _planned(self, number: int) -> tuple[planning.Plan, ...]:
        names = [name for name in self.ask.names if planning.spelled(name)]
        slots = (PERSON, PLACE) if self.writer.coded else ("", "")
        return planning.stanza(self.ask, self.rng, number, self.rare, names, slots)

    def word(self) -> Chosen:
        """One line with the ask's word in it."""
        logits, state = self.writer.engine.prime(self.writer.context(self.ask))
        plan = planning.Plan(self.high, None, False, None)
        place = Place(0, logits, state, plan, shape=self._shape(), back=self._back())
        self._fill([place], [[]])
        assert place.chosen is not None
        return place.chosen

    def _shape(self, place: Place | None = None) -> Any:
        """Where the structure model stands at the block's beginning, or after a line that has been chosen."""
        sketcher = self.writer.sketcher
        if sketcher is None:
            return None
        if place is None or place.chosen is None:
            return sketcher.begin(self.writer.context(self.ask))
        return sketcher.after(place.shape, place.chosen.draft.text, self.ask.names, place.rhyme)

    def _back(self, place: Place | None = None) -> Any:
        """Where the backward model stands at the block's beginning, or after a line that has been chosen."""
        backwriter = self.writer.backwriter
        if backwriter is None:
            return None
        if place is None or place.chosen is None:
            return backwriter.begin(self.writer.context(self.ask))
        return backwriter.after(place.back, self.writer.slotted(place.chosen.draft.text, self.ask.names))

    def _go_on(self, states: list[Any], mark: str) -> list[tuple[NDArray[np.float32], Any]]:
        """Where the model stands at the beginning of the next lines; it is told a mark that we do not show."""
        state = type(states[0]).joined(states)
        for i in self.writer.engine.vocabulary.encode(mark + "\n"):
            self.between()
            logits, state = self.writer.engine.step(np.full(len(states), i, dtype=np.int64), state)
        return [(logits[q : q + 1], state.take(np.array([q]))) for q in range(len(states))]

    def _fill(self, places: list[Place], done: list[list[Chosen]]) -> None:
        """Chooses a line for each place; what is asked is loosened from try to try, safety never."""
        for attempt in range(_TRIES):
            open_places = [place for place in places if place.chosen is None]
            if not open_places:
                return
            endings: list[Ending] = []
            tasks: list[Task] = []
            owner: list[Place] = []
            for place in open_places:
                ending = self._ending(place, done[place.quatrain], attempt)
                made = self._tasks(place, ending, len(endings), attempt)
                endings.append(ending)
                tasks += made
                owner += [place] * len(made)
            for place, drafts in self._drafted(endings, tasks, owner, attempt):
                lines = [chosen.draft.words for lines in done for chosen in lines]
                place.chosen = self._choose(place, drafts, done[place.quatrain], lines, attempt)
                if place.chosen is not None:
                    self.taken.add(normal(place.chosen.draft.text))
                    self.ends.add(planning.last_word(place.chosen.draft.words))
        for place in places:
            if place.chosen is None:
                place.chosen = self._plainest(place)

    def _tasks(self, place: Place, ending: Ending, number: int, attempt: int) -> list[Task]:
        low, high = max(1, self.low - max(0, attempt - 2)), self.high + max(0, attempt - 2)
        plan, ask = place.plan, self.ask
        if ask.word:
            must = planning.as_word(ask.word, self.rules, may_end=ask.rhyme_with is None)
            if must.text:
                forms = planning.inflected(must, self.rules)
                return planning.wanted(must, WORD_DRAFTS, low, high, ending, self.rng, forms)
        if attempt > 1:
            plan = replace(plan, must=None)
        if plan.syllables < ending.least:
            plan = replace(plan, syllables=ending.least, must=None)
        if plan.must is not None and plan.must.syllables + ending.least > min(plan.syllables, high):
            plan = replace(plan, must=None)
        drafts = RHYMED_DRAFTS if plan.mate is not None or ask.rhyme_with else DRAFTS
        made = planning.tasks(plan, drafts, max(low, ending.least), max(high, ending.least), number, self.rng)
        return [t if _possible(t, ending) else replace(t, must=None, after=0) for t in made]

    def _ending(self, place: Place, lines: list[Chosen], attempt: int) -> Ending:
        loose = (0, 1, 1, 2, 2, 3)[attempt]
        mate = place.plan.mate
        ends = {planning.last_word(words) for words in self.before[-8:]} | self.ends
        if self.ask.rhyme_with:
            word = plain(self.ask.rhyme_with).split()[-1:]
            sound = self.rules.sound(" ".join(word))
            never = set(word)
        elif mate is not None:
            sound = self.rules.sound(planning.last_word(lines[mate].draft.words))
            never = {planning.last_word(chosen.draft.words) for chosen in lines}
        else:
            return self.rules.free((_OFTEN if self.ask.rhyme == "AAAA" else _ONCE) if place.plan.to_be_rhymed else 0)
        # Rather a new word that rhymes than one of the last lines' again, and rather that than no rhyme.
        for barred in ((never | ends, never) if attempt < 2 else (never,)) if sound and loose < 3 else ():
            ending = self.rules.ending(planning.rhymes(self.rules, sound, barred, loose))
            if ending.size and ending.least <= self.high:
                return ending
        return self.rules.free()

    def _drafted(
        self, endings: list[Ending], tasks: list[Task], owner: list[Place], attempt: int
    ) -> Iterator[tuple[Place, list[tuple[Draft, Any]]]]:
        """The finished drafts of each place."""
        backwriter = self.writer.backwriter
        if backwriter is not None and attempt < _LETTERS_FROM:
            finished = self._drafted_backwards(backwriter, endings, tasks, owner)
        else:
            finished = self._drafted_by_letters(endings, tasks, owner)
        for place in dict.fromkeys(map(id, owner)):
            here = [i for i, p in enumerate(owner) if id(p) == place]
            yield owner[here[0]], [finished[i] for i in here if i in finished]

    def _drafted_by_letters(
        self, endings: list[Ending], tasks: list[Task], owner: list[Place]
    ) -> dict[int, tuple[Draft, Any]]:
        """The finished drafts by task."""
        if self.writer.sketcher is not None:
            rhymes, shapes = [place.rhyme for place in owner], [place.shape for place in owner]
            tasks = self.writer.sketcher.sketched(self.rules, endings, tasks, rhymes, shapes, self.rng)
        logits = np.concatenate([place.logits for place in owner])
        state = type(owner[0].state).joined([place.state for place in owner])
        if self.writer.coded:
            self.between()
            logits, state = self._asked([self._code(task, endings[task.ending]) for task in tasks], state)
        about = np.stack([self._about(place) for place in owner])
        return self._run(Drafts(self.rules, self.writer.alphabet, endings, tasks, about), logits, state)

    def _drafted_backwards(
        self, backwriter: Backwriter, endings: list[Ending], tasks: list[Task], owner: list[Place]
    ) -> dict[int, tuple[Draft, Any]]:
        """Drafts last word first by task, as the model of letters reads them."""
        back = type(owner[0].back).joined([place.back for place in owner])
        lately = frozenset(word for words in self.before[-8:] for word in words)
        rarity = np.array([place.plan.rarity + planning.shift(self.ask) for place in owner])
        made = backwriter.draft(
            self.rules, endings, tasks, back, rarity, temperature(self.ask), self.rng, self.between, lately
        )
        rows = sorted(made)
        if not rows:
            return {}
        logits = np.concatenate([owner[row].logits for row in rows])
        state = type(owner[0].state).joined([owner[row].state for row in rows])
        texts = [made[row].text for row in rows]
        heard = linescore.hear(self.writer.engine, self.writer.alphabet, texts, logits, state, self.between)
        finished: dict[int, tuple[Draft, Any]] = {}
        for row, text, own in zip(rows, texts, heard, strict=True):
            must = tasks[row].must
            draft = Draft(
                self._polished(_filled(text, must), own.closing), own.flow, own.landing, made[row].setting,
                says=must is not None, named=must is not None and must.own, syllables=tasks[row].syllables,
                phrasing=made[row].flow,
            )  # fmt: skip
            finished[row] = draft, (own.state, own.row)
        return finished

    def _asked(self, codes: list[str], state: Any) -> tuple[NDArray[np.float32], Any]:
        """The model, after each row has read the codes of its line."""
        vocabulary = self.writer.engine.vocabulary
        rows = [vocabulary.spell(code) for code in codes]
        counts = np.array([len(row) for row in rows])
        ids = np.zeros((len(rows), int(counts.max())), dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        return self.writer.engine.extend(ids, counts, state)

    def _code(self, task: Task, ending: Ending) -> str:
        """What one draft is asked for: its length, the word it rhymes on, what it says, what it is about."""
        must, lexicon = task.must, self.rules.lexicon
        last = seed = None
        if 0 < ending.size <= _RHYMES:
            weights = np.sqrt(lexicon.count[ending.numbers].astype(np.float64) + 1)
            last = lexicon.words[int(self.rng.choice(ending.numbers, p=weights / weights.sum()))]
        if must is not None and not must.slot:
            seed = must.text.split()[-1].lower()
        elif self.rules.themes and self.rng.random() < _ABOUT:
            seed = lexicon.words[int(self.rng.choice(list(self.rules.themes)))]
        return prefix(syllables=task.syllables, last=last, named=must is not None and bool(must.slot), seed=seed)

    def _about(self, place: Place) -> NDArray[np.float32]:
        """What a line is to be about: the ask's themes, and the line before it."""
        vectors, index = self.rules.vectors, self.rules.lexicon.index
        themes = list(self.rules.themes)
        before = [n for word in place.before if word not in STOP and (n := index.get(word)) is not None]
        about = 0.8 * vectors[themes].sum(axis=0) / max(1, len(themes)) + 0.4 * vectors[before].sum(axis=0)
        return np.asarray(about / max(1.0, float(np.linalg.norm(about))), dtype=np.float32)

    def _run(self, drafts: Drafts, logits: NDArray[np.float32], state: Any) -> dict[int, tuple[Draft, Any]]:
        """Steps the model until every draft is done: by row, the draft and the model's state at its end."""
        a, engine, n = self.writer.alphabet, self.writer.engine, len(drafts)
        chars = np.zeros((n, _LONGEST), dtype=np.uint8)
        total, chosen_by_model = np.zeros(n), np.zeros(n)
        landing, last_letters, setting = np.zeros(n), np.zeros(n), np.zeros(n)
        closing = np.zeros(n, dtype=np.int64)
        ends: list[tuple[NDArray[np.int64], Any]] = []
        heat = temperature(self.ask)
        for t in range(_LONGEST):
            mask, bias = drafts.allowed()
            at_word, forced = drafts.at_word, drafts.spoken_for
            most = logits.max(axis=1, keepdims=True)
            weights = np.exp(logits - most)
            ending_weights = weights[:, a.closing]
            logs = logits - most - np.log(weights.sum(axis=1, keepdims=True))
            # A line may close on any mark; which, is not the draft's to choose.
            logs[:, a.newline] = np.log(ending_weights.sum(axis=1) / weights.sum(axis=1) + 1e-12)
            ids = choose(logs + bias, self.rng, temperature=heat, min_p=MIN_P, mask=mask)
            rows = drafts.rows
            gained = logs[np.arange(len(rows)), ids]
            own = ~forced
            total[rows] += np.where(own, gained, 0)
            chosen_by_model[rows] += own
            landing[rows] = np.where(at_word, 0, landing[rows]) + gained
            last_letters[rows] = np.where(at_word, 0, last_letters[rows]) + 1
            if forced.any():
                setting[rows] += np.where(forced, self._set(drafts, logs, ids, chars, t), 0)
            chars[rows, t] = ids
            done = drafts.take(ids)
            if done.any():
                closing[rows[done]] = a.closing[ending_weights[done].argmax(axis=1)]
                ends.append((rows[done], state.take(np.flatnonzero(done))))
                going = ~done
                drafts.keep(going)
                if not len(drafts):
                    break
                ids, state = ids[going], state.take(np.flatnonzero(going))
            self.between()
            logits, state = engine.step(ids, state)
        flow = total / np.maximum(chosen_by_model, 1)
        made: dict[int, tuple[Draft, Any]] = {}
        for rows, final in ends:
            for i, row in enumerate(rows):
                text = self._polished(_filled(a.text(chars[row]), drafts.tasks[row].must), a.symbols[closing[row]])
                draft = Draft(
                    text, float(flow[row]), float(landing[row] / max(1, last_letters[row])), float(setting[row]),
                    says=drafts.tasks[row].must is not None, named=bool(drafts.own[row]),
                    syllables=drafts.tasks[row].syllables,
                )  # fmt: skip
                made[int(row)] = draft, (final, i)
        return made

    def _set(
        self, drafts: Drafts, logs: NDArray[np.float32], ids: NDArray[np.int64], chars: NDArray[np.uint8], t: int
    ) -> NDArray[np.float64]:
        """What the model makes of a character it must say: of a name, only whether a capital suits the place."""
        a = self.writer.alphabet
        gained = logs[np.arange(len(ids)), ids].astype(np.float64)
        own = drafts.own[drafts.rows] & a.spoken[ids]  # a slot is judged as it is
        if not own.any():
            return gained
        fresh = chars[drafts.rows, t - 1] == a.space if t else np.zeros(len(ids), dtype=bool)
        capital = np.log(np.exp(logs[:, a.upper]).sum(axis=1) + 1e-9)
        return np.where(own, np.where(fresh & a.is_upper[ids], capital, 0), gained)

    def _polished(self, text: str, closing: str) -> str:
        """The line as it is shown: a capital, names in their own spelling, a question mark where one is due."""
        text = self._with_articles(" ".join(text.partition("\n")[0].split()).strip(" ,"))
        for pattern, spelling in self.names:
            text = pattern.sub(partial(_respelled, spelling), text)
        text = text[:1].upper() + text[1:]
        return text + closing if closing == "?" else text

    def _with_articles(self, text: str) -> str:
        """With "a" or "an" as the next word sounds: last word first, the article is chosen before the word is known."""

        def fitting(found: re.Match[str]) -> str:
            sound = self.rules.sound(found[2].lower())
            vowel = bool(sound) and sound[0][-1].isdigit()
            return f"{found[1]}{'n' if vowel else ''} {found[2]}"

        return _ARTICLE.sub(fitting, text)

    def _choose(
        self, place: Place, drafts: list[tuple[Draft, Any]], stanza: list[Chosen], lines: list[list[str]], attempt: int
    ) -> Chosen | None:
        """One of the best drafts that pass every gate; None where none does."""
        around = Around(
            before=(*self.before, *map(tuple, lines), *(tuple(chosen.draft.words) for chosen in stanza[-1:])),
            due=place.plan.must is not None,
            rarity=place.plan.rarity + planning.shift(self.ask),
        )
        judged: list[tuple[float, dict[str, float], Draft, Any]] = []
        for draft, end in sorted(drafts, key=lambda item: -ranking.first_look(item[0], self.writer.weights))[:_RANKED]:
            draft = self._measured(draft, place, stanza)
            marks = ranking.marks(draft, self.rules, around, self.writer.copies.worn(plain(draft.text)))
            judged.append((ranking.score(marks, self.writer.weights), marks, draft, end))
        calls = place.plan.must is not None and place.plan.must.own
        judged.sort(key=lambda item: (calls and not item[2].named, -item[0], item[2].text))
        draw = float(self.rng.random())
        passed = []
        for item in judged:
            if self._passes(item[2], place, stanza, attempt):
                passed.append(item)
            if len(passed) == 3:
                break
        if not passed:
            return None
        total, marks, draft, (state, i) = passed[ranking.pick([item[0] for item in passed], draw)]
        return Chosen(draft, total, marks, state.take(np.array([i])))

    def _measured(self, draft: Draft, place: Place, stanza: list[Chosen]) -> Draft:
        """With its rhyme and its metre measured on the finished text."""
        rhymes, wanted = 1.0, ""
        if self.ask.rhyme_with:
            wanted = plain(self.ask.rhyme_with).split()[-1] if self.ask.rhyme_with.split() else ""
        elif place.plan.mate is not None:
            wanted = planning.last_word(stanza[place.plan.mate].draft.words)
        if wanted:
            kind = kind_of_sounds(self.rules.sound(planning.last_word(draft.words)), self.rules.sound(wanted))
            rhymes = {"perfect": 1.0, "slant": 0.5, "assonance": 0.25}.get(kind or "", 0.0)
        return replace(draft, rhymes=rhymes, off=max(0, self.low - draft.syllables, draft.syllables - self.high))

    def _passes(self, draft: Draft, place: Place, stanza: list[Chosen], attempt: int) -> bool:
        words = draft.words
        if not words or any(a == b for a, b in pairwise(words)):
            return False
        ends = {planning.last_word(line) for line in self.before[-8:]} | self.ends
        if attempt < 2 and not self.ask.word and words[-1] in ends:
            return False
        if attempt < 3 and place.plan.mate is None and self._rhymes_by_chance(words[-1], stanza):
            return False
        if normal(plain(draft.text)) in self.taken:
            return False
        if novelty.quotes_own(plain(draft.text), plain(self.ask.prime)) or self.writer.copies.quotes(plain(draft.text)):
            return False
        return self._is_fit(draft.text)

    def _rhymes_by_chance(self, last: str, stanza: list[Chosen]) -> bool:
        """Whether a line that is to bring a rhyme of its own rhymes with one before it: ABAB would be AAAA."""
        if self.ask.rhyme == "free" or self.ask.rhyme_with:
            return False
        sound = self.rules.sound(last)
        others = (self.rules.sound(chosen.draft.words[-1]) for chosen in stanza if chosen.draft.words)
        return any(kind_of_sounds(sound, other) in ("perfect", "same") for other in others)

    def _is_fit(self, text: str) -> bool:
        """Whether a line may be shown at all. The ask's own names are the band's, and are not judged."""
        spoken = f" {normal(plain(text))} "
        if any(f" {phrase} " in spoken for phrase in self.avoid) or is_average(plain(text)):
            return False
        for name in self.ask.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text) if name else text
        return family.is_clean(text, mild=self.ask.family_friendly)

    def _is_rare(self, theme: str) -> bool:
        """Whether a theme is fit, and one that the model, of itself, would hardly come to."""
        known = self.writer.lexicon
        numbers = [known.index.get(word) for word in normal(plain(theme)).split()]
        return self._is_fit(theme) and any(n is None or known.count[n] < _RARE for n in numbers)

    def _plainest(self, place: Place) -> Chosen:
        """The last resort, which no model can spoil: a handful of things, named one after another."""
        numbers = np.flatnonzero(self.rules.last_words & (self.rules.lexicon.thing > 0.3))
        if not len(numbers):
            numbers = np.flatnonzero(self.rules.last_words)
        fit = draft = Draft("", -3.0, -3.0)
        for _ in range(200):
            words: list[str] = [self.ask.word] if self.ask.word else []
            left = int(place.plan.syllables) - len(syllabify(" ".join(words)))
            while left > 0 and len(words) < 12:
                number = int(self.rng.choice(numbers))
                words.append(self.rules.lexicon.words[number])
                left -= int(self.rules.lexicon.syllables[number])
            draft = Draft(self._polished(", ".join(words), "."), -3.0, -3.0)
            if self._is_fit(draft.text):
                fit = draft
                if self._passes(draft, place, [], _TRIES):
                    break
        return Chosen(fit, ranking.score({"flow": -1.0}), {"flow": -1.0}, place.state)


def temperature(ask: Ask) -> float:
    """From .55, sober, to 1.1, wild; .74 halfway, since lines come apart sooner than they grow dull."""
    return 0.55 + 0.55 * float(min(1.0, max(0.0, ask.wildness)) ** 1.5)


def normal_words(text: str) -> list[str]:
    """A line's words in lower case, as the ranking compares them."""
    return Draft(plain(text), 0.0, 0.0).words


def _possible(task: Task, ending: Ending) -> bool:
    if task.must is None:
        return True
    return task.syllables >= task.must.syllables + (0 if task.must.may_end else ending.least)


def _filled(text: str, must: Must | None) -> str:
    """A draft with its name where the slot was."""
    return text.replace(must.slot, must.text) if must is not None and must.slot else text


def _respelled(spelling: str, drafted: re.Match[str]) -> str:
    return spelling[:1].upper() + spelling[1:] if drafted[0][0].isupper() else spelling


def _spellings(names: Sequence[str]) -> list[tuple[re.Pattern[str], str]]:
    """How what is drafted in plain letters is written at last."""
    pairs = [(planning.spelled(name), name.strip()) for name in names]
    return [
        (re.compile(rf"(?<![\w']){re.escape(drafted)}(?!\w)", re.IGNORECASE), name)
        for drafted, name in pairs
        if drafted and drafted != name
    ]
