import numpy as np

from stagelyric.report import grammar, reference
from stagelyric.report.measures.whole import BANDS, KEYS

TEXT = "=== A song\nthe rain came down on Harbour Street\nand Polly held the light\n\nthe rain, the rain\n"


def test_what_is_shipped_knows_common_and_rare_words() -> None:
    known = reference.load()
    assert known.stanzas > 20_000
    assert known.rarity("the") < 0.1
    assert 0.3 < known.rarity("harbor") < 1
    assert known.rarity("zyzzyva") == 1.0
    assert "the" in known.lower
    assert "john" in known.upper
    assert "john" not in known.lower
    assert known.worn.worn("the light of the") == 1
    assert known.worn.worn("a trout in a kettle") == 0


def test_a_stanza_counts_a_word_once() -> None:
    made = reference.build([TEXT + "\nthe rain\n"])
    words = bytes(made["words"]).decode().split("\n")
    assert words == ["rain", "the"]  # the others stand in one stanza only
    assert int(made["stanzas"]) == 3
    assert list(made["stanzas_with"]) == [3, 3]


def test_a_grammar_prefers_what_it_has_seen() -> None:
    counted = grammar.count([["DET", "NOUN", "VERB"], ["DET", "ADJ", "NOUN"], ["DET", "NOUN", "VERB"]])
    known = grammar.Grammar(counted["tags"], counted["tag_counts"])
    assert known.likelihood(["DET", "NOUN", "VERB"]) > known.likelihood(["VERB", "DET", "DET"])
    after_a_beginning = [known._chance_of(tag) for tag in range(1, len(grammar.TAGS))]  # "<", "<", "<", tag
    assert np.isclose(sum(after_a_beginning), 1.0)


def test_every_band_is_of_a_measure_that_the_report_has() -> None:
    assert set(BANDS) <= set(KEYS)
    assert all(band.low <= band.usual <= band.high for band in BANDS.values())
