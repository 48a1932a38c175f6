"""Trains a structure model: songs teach it how lines are built; a transformer trained before supplies the words."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.lm.checkpoint import Meta, ModelError, check_craft, note_files
from stagelyric.lm.corpus import Source
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.structure import tagging, tokens
from stagelyric.lm.kinds.structure.config import StructureConfig
from stagelyric.lm.kinds.structure.model import Structure, token_bits
from stagelyric.lm.kinds.structure.tagging import Tagged
from stagelyric.lm.kinds.structure.texts import Rows
from stagelyric.lm.kinds.structure.texts import Song as Spelled
from stagelyric.training.measuring import filled
from stagelyric.training.recipe import TrainingError
from stagelyric.training.structure_release import read_vocabulary, release_both, write_card
from stagelyric.training.texts import Pipeline, described
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Ask
from stagelyric.words import classes, lexicon, near, tags
from stagelyric.words.names import find_names
from stagelyric.words.phonetics import line_syllables, pronounce
from stagelyric.words.rhyme import tail

CRAFT = (lexicon.FILE, near.FILE, classes.FILE, novelty.FILE)
"""The word data of the vocabulary model. The structure model knows no words, so it can't quote any."""

_SHOWN = Ask(syllables=(7, 9), rhyme="AABB", names=("Polly Magnet",), themes=("rain", "harbour"), seed=0)


class Tokens(Pipeline):
    """Reads every song as parts of speech, by a tagger; `vocabulary` is the transformer that supplies the words."""

    unit = "token"
    part = "structure"

    def _look_up(self, vocabulary: Path | None) -> None:
        if vocabulary is None:
            told = "wanted a trained transformer, whose words the lines will be made of, found no --vocabulary MODEL"
            raise ModelError(f"--kind {self.kind}: {told}")
        self._vocabulary, self._known = vocabulary, check(vocabulary)
        try:
            self._tag = tagging.tagger()
        except tagging.NoTaggerError as error:
            raise TrainingError(str(error)) from error

    def _read(self, main: Sequence[Source], last: Sequence[Source]) -> None:
        more = [self._source(text) for text in self.texts.words]
        self.corpora += described(more, "words", self.texts.licence)
        *read, words, held = self._tagged([list(main), list(last), more, list(self.held_out)])
        learned = [tagged for texts in read for tagged in texts]
        self._uses = _merged([*learned, *words])
        own = _own(learned)
        self._own, self._symbols = own, tokens.symbols(own)
        self._index = {symbol: number for number, symbol in enumerate(self._symbols)}
        self.main = self._rows(main, read[0])
        self.finish = self._rows(last, read[1]) if last else None
        self._held = [song for tagged in held for song in _spelled(tagged, own)]
        self.measured_on = (
            Rows(self._held, [1.0] * len(self._held), self._index).part(0, 0, 1.0) if self._held else None
        )

    def shape(self) -> JsonObject:
        return {"vocabulary": len(self._symbols)}

    def symbols(self) -> str:
        return read_vocabulary(self._vocabulary).symbols

    def write(self, meta: Meta, weights: dict[str, NDArray[np.float32]], went: Curve, *, complete: bool) -> Meta:
        if complete and self._held:
            model = filled(Structure(StructureConfig(**meta.config)), weights)
            found = round(token_bits(model, self._held, self._index), 4)
            meta = replace(meta, training={**meta.training, "held-out bits per word": found})
        meta = release_both(self.out, self._vocabulary, weights, self._symbols, meta, went.trained)
        for name in CRAFT:
            shutil.copyfile(self._vocabulary / name, self.out / name)
        tags.save(self.out / tags.FILE, tags.build(self._uses, tokens.TAGS, self._own, self._known))
        write_card(self.out, meta, *_samples(self.out))
        return note_files(self.out, (*CRAFT, tags.FILE))

    def told(self, meta: Meta) -> list[str]:
        return [f"with the words of {self._vocabulary.name}"]

    def _rows(self, sources: Sequence[Source], tagged: Sequence[Tagged]) -> Rows:
        songs = [song for one in tagged for song in _spelled(one, self._own)]
        weights = [source.weight for source, one in zip(sources, tagged, strict=True) for _ in one.songs]
        return Rows(songs, weights, self._index)

    def _tagged(self, texts: Sequence[Sequence[Source]]) -> list[list[Tagged]]:
        """The tagged songs of each text."""
        every = [source for sources in texts for source in sources]
        names = find_names(line for source in every for song in source.songs for line in song.text.split("\n"))
        total = sum(song.text.count("\n") for source in every for song in source.songs)
        sound = lru_cache(maxsize=None)(_sound)
        done = 0

        def tag(source: Source) -> Tagged:
            nonlocal done
            before = done
            done += sum(song.text.count("\n") for song in source.songs)

            def told(lines: int) -> None:
                self._tell("tagging", (before + lines) / max(1, total))

            songs = (song.text for song in source.songs)
            return tagging.tag_songs(songs, names, self._tag, line_syllables, sound, told)

        return [[tag(source) for source in sources] for sources in texts]


def check(vocabulary: Path) -> lexicon.Lexicon:
    """The lexicon of a vocabulary model. Raises ModelError if it isn't a complete transformer."""
    check_craft(vocabulary, read_vocabulary(vocabulary))
    if missing := next((name for name in CRAFT if not (vocabulary / name).is_file()), None):
        raise ModelError(f"{vocabulary / missing}: wanted what belongs to the vocabulary model, found no such file")
    return lexicon.load(vocabulary / lexicon.FILE)


def _sound(word: str) -> object:
    return tail(pronounce(word)) or word


def _merged(tagged: Sequence[Tagged]) -> dict[str, Counter[str]]:
    uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in tagged:
        for word, count in one.uses.items():
            uses[word] += count
    return uses


def _own(tagged: Sequence[Tagged]) -> tuple[str, ...]:
    return Tagged(uses=defaultdict(Counter, _merged(tagged))).own()


def _spelled(tagged: Tagged, own: Sequence[str]) -> list[Spelled]:
    songs = zip(tagged.songs, tagging.rows(tagged, own), strict=True)
    return [
        [list(zip(lines, rows, strict=True)) for lines, rows in zip(song, spelled, strict=True)]
        for song, spelled in songs
    ]


def _samples(folder: Path) -> tuple[list[str], list[str]]:
    """Eight templates and eight lines for the card."""
    from stagelyric.writing.drafters.templates import TemplateSource
    from stagelyric.writing.planning import as_name, rhyme_of
    from stagelyric.writing.tasks import Task
    from stagelyric.writing.writer import Writer

    writer = Writer.open(folder)
    assert writer.engine.templates is not None
    source, rules = TemplateSource(writer.engine.templates, writer.language), writer.rules(_SHOWN)
    jobs = [Task(7 + i % 3, 0, as_name("Polly Magnet", may_end=False) if i % 4 == 1 else None) for i in range(8)]
    rhymes = [rhyme_of("AABB", i % 4) for i in range(8)]
    rng = np.random.default_rng(0)
    made = source.with_templates(rules, [rules.free()], jobs, rhymes, [source.begin("")] * 8, rng)
    templates = [f"{t.syllables} syllables: {' '.join(t.template.tokens)}" for t in made if t.template]
    return templates, [line.text for line in writer.write(_SHOWN, 0, 8)]
