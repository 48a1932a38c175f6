"""What a block is written with."""

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
from stagelyric.writing.drafters.frames import Framer
from stagelyric.writing.editing import Judge
from stagelyric.writing.rules import Rules
from stagelyric.writing.spelling import slotted


@dataclass(frozen=True, slots=True)
class Kit:
    """What a block is written with: the model of letters and the words it learned, an ask's rules, what is not to be
    quoted, what each mark counts for, the ways to draft, what writes with frames and who judges, if there are some."""

    engine: Engine
    alphabet: Alphabet
    lexicon: Lexicon
    rules: Rules
    copies: Copies
    weights: Mapping[str, float]
    drafters: tuple[table.Ready, ...]
    framer: Framer | None = None
    judge: Judge | None = None

    @property
    def coded(self) -> bool:
        """Whether the model of letters knows slots for names (`lm.codes`)."""
        return self.alphabet.symbols == CODED_ALPHABET

    def context(self, ask: Ask) -> str:
        """What a model reads before the first line; names are slots, where it knows slots."""
        text = ask.prime.rstrip() + "\n" if ask.prime.strip() else ""
        return slotted(text, ask.names) if self.coded else text
