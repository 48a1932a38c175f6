"""Where a mistake is: said in a sentence, and read back from it by the page that marks the field."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stagelyric.setlist.faults import _place, keys_of
from stagelyric.setlist.setlist import Setlist

_NAMES = st.text(st.sampled_from('ab"[]1:, …é\\'), max_size=6) | st.text(max_size=6)
_SECTIONS = st.lists(st.fixed_dictionaries({}, optional={"name": _NAMES}), min_size=1, max_size=3)
_SONGS = st.lists(st.fixed_dictionaries({"sections": _SECTIONS}, optional={"title": _NAMES}), min_size=1, max_size=3)


@given(st.data(), _SONGS)
def test_a_place_that_is_said_is_found_again(data: st.DataObject, songs: list[dict[str, Any]]) -> None:
    song = data.draw(st.integers(0, len(songs) - 1))
    section = data.draw(st.integers(0, len(songs[song]["sections"]) - 1))
    keys: list[int | str] = data.draw(
        st.sampled_from(
            [["seed"], ["songs", song], ["songs", song, "tempo"], ["songs", song, "sections", section, "rhyme"]]
        )
    )
    whole = {"title": "Friday", "songs": songs}
    sentence = f"{_place(keys, whole)}: wanted a number, found none"
    assert keys_of(sentence, whole, Setlist.model_fields) == (keys, "wanted a number, found none")


@given(st.text(max_size=40))
def test_a_sentence_about_no_field_stays_whole(sentence: str) -> None:
    found, rest = keys_of(sentence, {}, ())
    assert (found, rest) == ([], sentence)
