from pathlib import Path

import fakes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gates import cliches, novelty
from stagelyric.gates.novelty import Copies, normal, quotes_own
from stagelyric.words.npz import ModelError

LINE = "A silver spoon beside the window on a winter afternoon"


def test_five_words_in_a_row_are_a_quotation() -> None:
    copies = fakes.copies()
    assert copies.quotes("I said the rain came down on the town")  # "the rain came down on"
    assert copies.quotes("THE RAIN, came down: on the other side")
    assert not copies.quotes("The rain came down with a silver sound")


@given(st.integers(0, len(normal(LINE)) - novelty.CHARACTERS))
def test_twenty_four_characters_in_a_row_are_found_wherever_they_are(start: int) -> None:
    copies = Copies(novelty.build([LINE]))
    run = normal(LINE)[start : start + novelty.CHARACTERS]
    assert copies.quotes(f"xq{run}qx")


def test_shorter_runs_are_free() -> None:
    copies = Copies(novelty.build([LINE]))
    assert not copies.quotes("Winter afternoon")
    assert not copies.quotes("A silver spoon and a broken heart")


def test_of_words_that_no_draft_can_hold_nothing_is_kept() -> None:
    known = novelty.build([LINE], LINE.split())
    assert len(novelty.build([LINE], ["nothing"])) == 0
    assert len(known) == len(novelty.build([LINE]))


def test_it_is_kept_in_a_file(tmp_path: Path) -> None:
    keys = novelty.build(fakes.VERSES.splitlines())
    novelty.save(tmp_path / novelty.FILE, keys)
    assert Copies.load(tmp_path / novelty.FILE).quotes("The rain came down on the harbour wall")
    with pytest.raises(ModelError, match="no such file"):
        Copies.load(tmp_path / "nothing.npz")
    np.savez(tmp_path / "other.npz", other=np.zeros(3))
    with pytest.raises(ModelError, match="found a file that is none"):
        Copies.load(tmp_path / "other.npz")


def test_no_text_is_never_quoted() -> None:
    assert not Copies(np.zeros(0, np.uint32)).quotes(LINE)


def test_runs_of_many_lines_are_worn(tmp_path: Path) -> None:
    lines = [f"{word} in the middle of it" for word in ("you", "me", "rain", "night", "day")]
    novelty.save(tmp_path / novelty.FILE, novelty.build([]), novelty.build_worn(lines))
    copies = Copies.load(tmp_path / novelty.FILE)
    assert copies.worn("We stood in the middle of a song") == 1
    assert copies.worn("Middle in the of") == 0
    assert Copies(novelty.build(lines)).worn(lines[0]) == 0


def test_a_song_is_not_quoted_to_itself() -> None:
    own = "Hold the light on the water\nCount the cars on the quay"
    assert quotes_own("hold the LIGHT, on the table", own)
    assert quotes_own("Hold the light on the water", own)
    assert not quotes_own("Hold the line", own)
    assert not quotes_own("Anything at all", "")


def test_stock_phrases_are_known() -> None:
    assert "you know that i" in cliches.stock_phrases("You know that I'm the one")[0] or cliches.stock_phrases(
        "You know that I am the one"
    )
    assert cliches.stock_phrases("All night long in my heart") == ["all night long", "in my heart"]
    assert cliches.stock_phrases("Mean Mister Mustard sleeps in the park") == []
