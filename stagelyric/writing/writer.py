"""The writer: for an ask, the model drafts lines and the rules choose among them.

A shelf is written in blocks of four quatrains. Within a block the first lines of all quatrains are drafted together,
then the second lines, each following the line chosen before it. Line n of a shelf depends only on the ask, the model
and the lines before its block: not on time, nor on how many lines were asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.gates.novelty import Copies
from stagelyric.lm import runtime
from stagelyric.lm.engine import Engine
from stagelyric.lm.sample import choose
from stagelyric.types.lines import Ask, Drafter, Line, Origin
from stagelyric.types.server import Server
from stagelyric.words import classes, lexicon, near, tags
from stagelyric.words.phonetics import plain, pronounce, sung, syllable_count
from stagelyric.words.syllables import Counter, syllabify
from stagelyric.writing import hearing, planning, ranking, rules
from stagelyric.writing.automata.letters import Alphabet
from stagelyric.writing.block import Block
from stagelyric.writing.choosing import Chosen
from stagelyric.writing.drafters import editor as by_editor
from stagelyric.writing.drafters import frames as by_frames
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.contract import Between, Parts, temperature
from stagelyric.writing.drafters.frames import Framer
from stagelyric.writing.editing import Judge
from stagelyric.writing.kit import Kit
from stagelyric.writing.ranking import Around, Draft, normal_words
from stagelyric.writing.rules import Language, Rules

BLOCK = 16
"""Lines in a block."""

_KEPT_BLOCKS = 3
_LONGEST = 120  # characters of a raw line, at most


class Writer:
    """Writes lines with a model and its language."""

    def __init__(
        self,
        engine: Engine,
        language: Language,
        copies: Copies | None = None,
        weights: Mapping[str, float] = ranking.WEIGHTS,
        drafters: tuple[table.Ready, ...] | None = None,
        framer: Framer | None = None,
        editor: Judge | None = None,
    ):
        """`copies`: texts that must not be quoted; `weights`: of the marks, adapted to the band's taste; `drafters`:
        the ways to draft (None: those that need no file of their own); `framer`: writes with frames, if there are any;
        `editor`: has a say in the choice, if there is one."""
        self.engine = engine
        self.language = language
        self.lexicon = language.lexicon
        self.copies = copies or Copies(np.zeros(0, np.uint32))
        self.weights = weights
        self.drafters = table.ready(Parts(engine, language)) if drafters is None else drafters
        self.framer, self.editor = framer, editor
        self.composer = None if editor is None else by_editor.make(editor.ear)
        self._begun: dict[tuple[object, ...], list[tuple[Line, dict[str, float]]]] = {}
        self.alphabet = Alphabet(engine.vocabulary.symbols)
        self._taught = lru_cache(maxsize=4)(language.taught)
        self._rules = lru_cache(maxsize=8)(self._make_rules)

    @classmethod
    def open(
        cls,
        folder: Path,
        precision: str = "int8",
        weights: Mapping[str, float] = ranking.WEIGHTS,
        never: NDArray[np.uint32] | None = None,
        frames: Sequence[Path] | None = None,
        editor: Judge | None = None,
        server: Server | None = None,
    ) -> Writer:
        """Opens the model in `folder` with its lexicon. `never`: further texts not to be quoted (`novelty.of_files`);
        `frames`: the band's own frame files, used beside the shipped ones (None: use no frames at all); `editor`: has a
        say in the choice, if there is one (`editing.ready`); `server`: a language model server that drafts as well, if
        any.

        Raises ModelError, BookError and the like.
        """
        engine = runtime.load(folder, precision="fp32" if precision == "fp32" else "int8")
        words = lexicon.load(folder / lexicon.FILE)
        vectors = near.load(folder / near.FILE, len(words.words))
        used = tags.load(folder / tags.FILE, len(words.words)) if engine.templates else None
        language = Language(words, vectors, classes.load(folder / classes.FILE, len(words.words)), used)
        copies = Copies.load(folder / novelty.FILE)
        copies = copies if never is None else copies.and_of(never)
        framer = None if frames is None else Framer.open(language, frames)
        return cls(
            engine, language, copies, weights, table.ready(Parts(engine, language, folder, server)), framer, editor
        )

    @property
    def drafting(self) -> tuple[Drafter, ...]:
        """The drafters that can be used, as an ask names them."""
        names = [ready.row.name for ready in self.drafters]
        names += [by_frames.NAME] if self.framer else []
        names += [by_editor.NAME] if self.composer else []
        return tuple(name for name in get_args(Drafter) if name in names)

    @property
    def digest(self) -> str:
        """Identifies the model, its words and all else that writes: asks give the same lines while it is the same."""
        taste = "" if self.weights == ranking.WEIGHTS else repr(sorted(self.weights.items()))
        drafters = "".join(ready.drafter.digest for ready in self.drafters)
        framed = self.framer.digest if self.framer else ""
        framed += self.editor.digest if self.editor else ""
        framed += self.composer.digest if self.composer else ""
        whole = f"{self.engine.digest} {' '.join(self.lexicon.words)}{taste}{drafters}{framed}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), between: Between = lambda: None
    ) -> list[Line]:
        """Lines `start` to `start + count` of an ask's shelf.

        `earlier`: the texts of the shelf's lines before `start`, which are not written again. `between` is called
        between any two steps of the model and may write other lines. Always returns `count` lines.
        """
        return [line for line, _ in self.explain(ask, start, count, earlier, between)]

    def explain(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), between: Between = lambda: None
    ) -> list[tuple[Line, dict[str, float]]]:
        """As `write`, with the weighted marks (mark times weight, by name) of each line."""
        made: list[tuple[Line, dict[str, float]]] = []
        before = list(earlier)
        size = 1 if ask.word else BLOCK
        first = start - start % size
        before = before[: max(0, len(before) - (start - first))]
        while first + len(made) < start + count:
            block = (first + len(made)) // size
            told = before + [line.text for line, _ in made]
            whole, wanted = (ask, block, *told), start + count - first - len(made)
            found = self._begun.pop(whole, None)
            if found is None:
                found = self._block(ask, block, size, told, between, wanted)
                if wanted < len(found):  # what remains of the block is usually asked for next
                    self._begun = {**dict(list(self._begun.items())[-_KEPT_BLOCKS:]), whole: found}
            made += found
        return made[start - first : start - first + count]

    def why(self, line: Line, marks: Mapping[str, float]) -> dict[str, object]:
        """Why a line was chosen, for people: facts about its frame, if it is from one, else its weighted marks."""
        if line.frame and self.framer is not None:
            return self.framer.about(line.frame)
        return {"marks": {name: worth for name, worth in marks.items() if worth}}

    def raw(self, ask: Ask, count: int) -> list[Line]:
        """Lines by plain sampling from the model, with no rules but the ask's temperature."""
        rng = self.random(ask, 0)
        made: list[Line] = []
        logits, state = self.engine.prime(self._kit(ask).context(ask))
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
        """The unweighted marks of any finished line after the lines `before` it, with no requirements."""
        logits, state = self.engine.prime("".join(line + "\n" for line in before))
        vocabulary = self.engine.vocabulary
        # anyone's text, so convert it to the model's letters
        letters = vocabulary.decode(vocabulary.encode(text)).rstrip(" .,;:!")
        (own,) = hearing.hear(self.engine, self.alphabet, [letters], logits, state)
        draft = Draft(text, own.flow, own.landing, syllables=len(syllabify(text, self._count)))
        around = Around(before=tuple(tuple(normal_words(line)) for line in before))
        return ranking.marks(draft, self.rules(Ask(family_friendly=False)), around, self.copies.worn(plain(text)))

    def random(self, ask: Ask, block: int) -> np.random.Generator:
        """The random generator of one block of an ask's shelf, always with the same seed."""
        return np.random.default_rng([int(ask.digest, 16), int(self.engine.digest[:16], 16), block])

    def rules(self, ask: Ask) -> Rules:
        """The rules for an ask's drafts."""
        return self._rules(ask.themes, ask.avoid, ask.family_friendly, ask.wildness, ask.elisions)

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
        """Syllable counts with elisions as sung; names are counted in full, as in their drafts."""
        index, names = self.lexicon.index, set(re.findall(r"[\w']+", plain(" ".join(ask.names))))

        def count(word: str) -> int | None:
            told = plain(word).lower()
            if plain(word).removesuffix("'s") in names:
                return self._count(word)
            return sung(told, self.lexicon.phones(index[told]) if told in index else pronounce(told))

        return count

    def _kit(self, ask: Ask) -> Kit:
        return Kit(
            self.engine, self.alphabet, self.lexicon, self.rules(ask), self.copies, self.weights,
            table.chosen(self.drafters, ask.drafters), self.framer, self.editor, self.composer,
        )  # fmt: skip

    def _block(
        self, ask: Ask, block: int, size: int, earlier: list[str], between: Between, wanted: int
    ) -> list[tuple[Line, dict[str, float]]]:
        job = Block(self._kit(ask), ask, block, self.random(ask, block), earlier, between)
        chosen = [job.word()] if ask.word else job.quatrains(size // planning.STANZA, wanted)
        return [self._line(ask, c, block * size + i) for i, c in enumerate(chosen)]

    def _line(self, ask: Ask, chosen: Chosen, index: int) -> tuple[Line, dict[str, float]]:
        text = chosen.draft.text
        pieces = syllabify(text, self._sung(ask) if ask.elisions else self._count)
        weighed = {name: round(mark * self.weights[name], 3) for name, mark in chosen.marks.items()}
        origin: Origin = "word" if ask.word else chosen.origin
        return Line(text, origin, round(chosen.score, 4), pieces, index, chosen.frame), weighed
