"""Everything that is needed to write a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stagelyric.gates.novelty import Copies
from stagelyric.lm.codes import CODED_ALPHABET
from stagelyric.lm.engine import Engine
from stagelyric.types.lines import Ask
from stagelyric.words.lexicon import Lexicon
from stagelyric.writing.automata.letters import Alphabet
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.editor import EditorDrafter
from stagelyric.writing.drafters.frames import Framer
from stagelyric.writing.editing import Judge
from stagelyric.writing.rules import Rules
from stagelyric.writing.spelling import slotted


@dataclass(frozen=True, slots=True)
class Kit:
    """Everything needed to write a block: the letter model and its language, the rules of an ask, texts that must not
    be quoted, the weights of the marks, the drafters, and the framer, the judge and the editor's own drafter, if there
    are any."""

    engine: Engine
    alphabet: Alphabet
    lexicon: Lexicon
    rules: Rules
    copies: Copies
    weights: Mapping[str, float]
    drafters: tuple[table.Ready, ...]
    framer: Framer | None = None
    judge: Judge | None = None
    composer: EditorDrafter | None = None

    @property
    def coded(self) -> bool:
        """Whether the letter model knows slots for names (`lm.codes`)."""
        return self.alphabet.symbols == CODED_ALPHABET

    def context(self, ask: Ask) -> str:
        """The text that the model reads before the first line, with slots for names if the model knows slots."""
        text = ask.prime.rstrip() + "\n" if ask.prime.strip() else ""
        return slotted(text, ask.names) if self.coded else text
