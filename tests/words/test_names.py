"""Names are told by how a text writes them, and found again in its lines as whole names."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.names import Names, find_names

NAMES = Names(frozenset({"polly", "magnet", "odile"}), frozenset({"leith", "harbour"}))
WORDS = st.sampled_from(
    ["Polly", "Magnet", "Leith", "Harbour", "Mr.", "Captain", "Odile's", "polly", "the", "Rain", "in", "—", "and,", "."]
)
LINE = st.lists(WORDS, max_size=9).map(" ".join)


def named(line: str, names: Names = NAMES) -> list[tuple[str, bool]]:
    return [(line[start:end], is_place) for start, end, is_place in names.runs(line)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("and Polly Magnet came to Leith", [("Polly Magnet", False), ("Leith", True)]),
        ("Polly, Magnet and Odile", [("Polly", False), ("Magnet", False), ("Odile", False)]),
        ("in Polly's Leith", [("Polly", False), ("Leith", True)]),
        ("Captain Leith in Leith", [("Captain Leith", False), ("Leith", True)]),
        ("Mr. Harbour waits", [("Mr. Harbour", False)]),
        ("Leith. Harbour lights", [("Leith", True), ("Harbour", True)]),
        ("Old Polly and the old Captain", [("Old Polly", False)]),
        ("polly in leith", []),
        ("Rain on the Window", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_name_of_several_words_is_one(line: str, found: list[tuple[str, bool]]) -> None:
    assert named(line) == found


@given(LINE)
@settings(max_examples=60)
def test_what_is_found_are_known_names_from_left_to_right(line: str) -> None:
    runs = list(NAMES.runs(line))
    for (_, end, _), (start, _, _) in pairwise(runs):
        assert end < start
    for start, end, is_place in runs:
        words = line[start:end].replace(".", "").split()
        assert all(word[0].isupper() for word in words)
        assert {word.lower() for word in words} & (NAMES.people | NAMES.places)
        assert not line[start:end].endswith("'s")
        assert not is_place or words[-1].lower() in NAMES.places


@given(LINE)
@settings(max_examples=40)
def test_every_known_name_with_a_capital_is_in_a_run(line: str) -> None:
    covered = {at for start, end, _ in NAMES.runs(line) for at in range(start, end)}
    at = 0
    for word in line.split(" "):
        if word.removesuffix("'s").lower() in NAMES.people | NAMES.places and word[0].isupper():
            assert at in covered
        at += len(word) + 1


def test_without_names_nothing_is_found() -> None:
    assert named("Polly went to Leith with Captain Rain", Names()) == []


def test_a_capital_inside_lines_is_a_name_and_a_place_follows_its_preposition() -> None:
    found = find_names(["I met Odile in Leith", "then Odile went from Leith", "and so did Zelda"])
    assert found == Names(frozenset({"odile", "zelda"}), frozenset({"leith"}))


@pytest.mark.parametrize(
    "line",
    ["Odile came", "we ran. Odile came", "he said: Odile", 'she said "Odile', "we saw —Odile", "and (*Odile"],
)
def test_where_a_sentence_begins_a_capital_means_nothing(line: str) -> None:
    assert find_names([line]) == Names()


@pytest.mark.parametrize("word", ["I", "God", "Monday", "May", "Irish", "Polish", "Japanese", "Mister", "I'm", "X"])
def test_some_words_always_have_a_capital_and_are_no_names(word: str) -> None:
    assert find_names([f"then {word} again"] * 5) == Names()


@pytest.mark.parametrize(
    ("capitals", "small", "is_name"), [(4, 1, True), (3, 1, False), (8, 2, True), (40, 3, False), (1, 0, True)]
)
def test_a_name_is_hardly_ever_in_lower_case(capitals: int, small: int, is_name: bool) -> None:
    lines = ["and Rose again"] * capitals + ["and rose again"] * small
    assert ("rose" in find_names(lines).people) == is_name


@pytest.mark.parametrize(("after_in", "others", "is_place"), [(2, 1, True), (1, 1, False), (1, 0, True), (0, 2, False)])
def test_a_place_mostly_follows_a_preposition(after_in: int, others: int, is_place: bool) -> None:
    found = find_names(["we live in Odile's"] * after_in + ["we know Odile"] * others)
    assert (found.places, found.people) == (
        (frozenset({"odile"}), frozenset()) if is_place else (frozenset(), frozenset({"odile"}))
    )


@given(st.lists(LINE, max_size=8))
@settings(max_examples=40)
def test_the_order_of_lines_does_not_matter(lines: list[str]) -> None:
    found = find_names(lines)
    assert find_names(lines[::-1]) == found
    assert find_names(sorted(lines)) == found
    assert not found.people & found.places


def started(*lines: str, everyday: frozenset[str] = frozenset()) -> frozenset[str]:
    return find_names(lines, everyday.__contains__).people - find_names(lines).people


def test_who_does_something_at_a_lines_beginning_is_somebody() -> None:
    assert started("Tamsin sold the boat") == {"tamsin"}
    assert started("Tamsin's gone", "Tamsin came") == {"tamsin"}
    assert started("Tamsin under the table") == frozenset()
    assert started("Tamsin under the table", "Tamsin, the table") == {"tamsin"}


@pytest.mark.parametrize(
    "lines",
    [
        ("Tamsin sold the boat", "and the tamsin came"),  # once in lower case
        ("Jo sold the boat",),  # too short to be told from a word
        ("Cameras flash", "Cameras turned"),  # the plural of a word
        ("Darkness fell", "Darkness came"),
        ("Jumping felt good",),
        ("Mother said so", "Mother knew"),
        ("Sunday came", "Sunday went"),
        ("", "...", "99 came"),
        ("tamsin sold the boat", "tamsin came"),
    ],
)
def test_what_only_begins_a_line_is_no_name(lines: tuple[str, ...]) -> None:
    assert started(*lines) == frozenset()


@pytest.mark.parametrize(
    "word", ["Walk", "Walks", "Walked", "Walking", "Walker", "Rewalked", "Outwalks", "Overwalk", "Walkin", "Walkable"]
)
def test_a_form_of_an_everyday_word_is_none_either(word: str) -> None:
    assert started(f"{word} came", f"{word} went", everyday=frozenset({"walk"})) == frozenset()
    assert started(f"{word} came", f"{word} went", everyday=frozenset({"talk"})) == {word.lower()} - {
        "walking",
        "walks",
    }


@pytest.mark.parametrize(
    ("word", "stem"), [("Bakes", "bake"), ("Baker", "bake"), ("Berries", "berry"), ("Planned", "plan")]
)
def test_a_form_is_led_back_to_how_its_word_is_spelled(word: str, stem: str) -> None:
    assert started(f"{word} came", f"{word} went", everyday=frozenset({stem})) == frozenset()


@given(st.sampled_from(["Zoë", "José", "Beyoncé", "Łukasz", "Ève", "Ólafur", "Zürich", "Nino", "Ивана"]))
def test_a_name_has_letters_of_any_alphabet(name: str) -> None:
    lines = [f"And then {name} ran", f"We saw {name}'s coat", f"Down came {name}, singing"]
    found = find_names(lines)
    assert found.people | found.places == {name.lower()}
    assert [named(line, found) for line in lines] == [[(name, name.lower() in found.places)]] * 3
