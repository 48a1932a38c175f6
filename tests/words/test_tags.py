from collections import Counter
from dataclasses import replace
from pathlib import Path

import fakes
import numpy as np
import pytest

from stagelyric.words import tags
from stagelyric.words.npz import ModelError

LEXICON = fakes.language().lexicon
USES = {
    "rain": Counter({"NOUN": 19, "VERB|Inf": 1}),
    "light": Counter({"NOUN": 6, "ADJ": 3, "VERB|Inf": 1}),
    "the": Counter({"DET": 90}),
}
MADE = tags.build(USES, ("ADJ", "DET", "NOUN", "VERB|Inf"), ("the",), LEXICON)


def words(token: str) -> set[str]:
    everything = np.arange(len(LEXICON.words))
    return {LEXICON.words[n] for n in MADE.standing_for(token, LEXICON, everything)}


def test_a_word_may_stand_for_what_a_tenth_of_its_uses_were() -> None:
    assert "rain" in words("NOUN")
    assert "rain" not in words("VERB|Inf")
    assert words("ADJ") == {"light"}
    assert words("VERB|Inf") == {"light"}
    assert words("the") == {"the"}
    assert MADE.may_be("light", "ADJ", LEXICON)
    assert not MADE.may_be("rain", "ADJ", LEXICON)
    assert not MADE.may_be("rain", "LINE", LEXICON)


def test_a_word_is_what_it_most_often_was() -> None:
    assert MADE.token("light", LEXICON) == "NOUN"
    assert MADE.token("the", LEXICON) == "the"


def test_what_nobody_saw_is_a_thing() -> None:
    assert MADE.token("window", LEXICON) == "NOUN"
    assert MADE.token("xylophone", LEXICON) == "NOUN"
    assert MADE.may_be("xylophone", "NOUN", LEXICON)
    assert not MADE.may_be("xylophone", "ADJ", LEXICON)


def test_a_taught_word_is_a_thing_and_the_others_stay_what_they_were() -> None:
    language = replace(fakes.language(), tags=MADE).taught(("aardwolf",))
    assert language.tags is not None
    assert language.tags.token("aardwolf", language.lexicon) == "NOUN"
    assert language.tags.may_be("light", "ADJ", language.lexicon)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    tags.save(tmp_path / tags.FILE, MADE)
    again = tags.load(tmp_path / tags.FILE, len(LEXICON.words))
    assert (again.names, again.own) == (MADE.names, MADE.own)
    np.testing.assert_array_equal(again.shares, MADE.shares)


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / tags.FILE
    with pytest.raises(ModelError, match="found no such file"):
        tags.load(file, 3)
    tags.save(file, MADE)
    with pytest.raises(ModelError, match="wanted the tags of 3 words"):
        tags.load(file, 3)
    file.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="found a file that is none"):
        tags.load(file, 3)
