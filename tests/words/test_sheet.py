"""Lines and headings become stanzas and sections: nothing is lost, and each stanza is in one section."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import chordpro
from stagelyric.words.formats.sheet import Sheet, Stanzas

Step = tuple[str, str]
KINDS = ("", "verse", "chorus", "bridge")
STEPS = st.lists(
    st.tuples(st.just("add"), st.sampled_from(["row me over", "and home", "", ""]))
    | st.tuples(st.just("begin"), st.sampled_from([*KINDS, "interlude"]))
    | st.tuples(st.just("again"), st.sampled_from(KINDS[1:])),
    max_size=14,
)


def collected(steps: list[Step]) -> Stanzas:
    stanzas = Stanzas()
    for name, value in steps:
        getattr(stanzas, name)(value)
    return stanzas


@given(STEPS)
@settings(max_examples=60)
def test_every_line_is_in_one_stanza_and_every_stanza_in_one_section(steps: list[Step]) -> None:
    sheet = collected(steps).sheet({})
    assert sheet.lines == [value for name, value in steps if name == "add" and value]
    assert all(sung for _, sung in sheet.stanzas)
    assert [number for _, numbers in sheet.sections for number in numbers] == list(range(len(sheet.stanzas)))
    for kind, numbers in sheet.sections:
        assert {sheet.stanzas[number][0] for number in numbers} <= {kind}
        assert kind or len(numbers) == 1, "what has no name is no section of several stanzas"


@given(STEPS)
@settings(max_examples=40)
def test_asking_twice_gives_the_same_sheet(steps: list[Step]) -> None:
    stanzas = collected(steps)
    assert stanzas.sheet({"title": "It"}) == stanzas.sheet({"title": "It"})


def test_the_text_of_a_sheet_has_a_blank_line_between_stanzas() -> None:
    sheet = Sheet((("verse", ("One", "Two")), ("", ("Three",))))
    assert sheet.text == "One\nTwo\n\nThree"
    assert sheet.text.replace("\n\n", "\n").split("\n") == sheet.lines
    assert sheet.sections == (("verse", (0,)), ("", (1,)))
    assert Sheet(()).text == ""
    assert Sheet(()).sections == ()


def test_a_blank_line_ends_a_stanza_but_not_a_named_section() -> None:
    sheet = collected([("begin", "verse"), ("add", "One"), ("add", ""), ("add", "Two")]).sheet({})
    assert sheet.stanzas == (("verse", ("One",)), ("verse", ("Two",)))
    assert sheet.sections == (("verse", (0, 1)),)


def test_below_the_blank_line_after_an_interlude_another_section_begins() -> None:
    sheet = collected([("begin", "interlude"), ("add", "Hey"), ("add", ""), ("add", "Two")]).sheet({})
    assert sheet.stanzas == (("interlude", ("Hey",)), ("", ("Two",)))


def test_a_section_is_repeated_without_its_words() -> None:
    steps = [("begin", "verse"), ("add", "One"), ("again", "chorus"), ("add", "Two")]
    assert collected(steps).sheet({}).sections == (("verse", (0,)), ("chorus", ()), ("verse", (1,)))


@given(st.lists(st.sampled_from(KINDS[1:]), max_size=8), st.data())
@settings(max_examples=40)
def test_sections_that_are_only_named_keep_their_order(kinds: list[str], data: st.DataObject) -> None:
    """However each was named: by a heading with nothing below it, or as one that comes again."""
    steps = [(data.draw(st.sampled_from(["begin", "again"])), kind) for kind in kinds]
    assert collected(steps).sheet({}).sections == tuple((kind, ()) for kind in kinds)


@pytest.mark.parametrize("named", ["{comment: Intro}", "{start_of_bridge}\n{end_of_bridge}"])
def test_what_is_only_played_comes_where_it_stands(named: str) -> None:
    sheet = chordpro(f"{{soc}}\nRow me over\n{{eoc}}\n{named}\n[G] [C]\n{{chorus}}\n{{sov}}\nHome\n{{eov}}\n")
    assert [kind for kind, _ in sheet.sections] == [
        "chorus",
        "intro" if "Intro" in named else "bridge",
        "chorus",
        "verse",
    ]
