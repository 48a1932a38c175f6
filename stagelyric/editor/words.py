"""How often words are sung, as the shipped lexicon counted them: read only when an editor is built."""

from __future__ import annotations

from stagelyric.editor.usual import Word

_LEXICON = "transformer"  # the model whose lexicon counts: always the same, so that all machines build the same editor


def counted() -> list[Word]:
    """The lexicon's words; none where there is no such model."""
    from stagelyric import places
    from stagelyric.craft import lexicon

    try:
        known = lexicon.load(places.find_model(_LEXICON) / lexicon.FILE)
    except (places.ModelNotFoundError, lexicon.LexiconError):
        return []
    return [Word(*row) for row in zip(known.words, known.forms.tolist(), known.count.tolist(), strict=True)]
