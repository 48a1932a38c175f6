from pathlib import Path

from stagelyric.commands.limits import LIMITS, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_limits_is_what_the_table_makes() -> None:
    assert (DOCS / "limits.md").read_text(encoding="utf-8") == page()


def test_every_limit_says_what_comes_beyond_it() -> None:
    assert len({limit.what for limit in LIMITS}) == len(LIMITS)
    assert all(limit.most and limit.beyond for limit in LIMITS)
