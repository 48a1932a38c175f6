from stagelyric.report.render.card import with_section

CARD = "# one\n\nIt reads.\n\n## Speed\n\n9 ms.\n\n## What it must not be used for\n\nMuch.\n"


def test_a_section_takes_the_place_of_the_one_before_it() -> None:
    card = with_section(CARD, "Speed", "2 ms.\n")
    assert card == CARD.replace("9 ms", "2 ms")
    assert with_section(card, "Speed", "2 ms.") == card


def test_a_new_section_stands_before_the_last() -> None:
    card = with_section(CARD, "Report on its lines", "Fine.")
    assert card == CARD.replace("## What", "## Report on its lines\n\nFine.\n\n## What")
    assert with_section("# one\n", "Speed", "2 ms.") == "# one\n\n## Speed\n\n2 ms.\n\n"
