"""Address patterns against the examples of the OSC 1.0 specification, and against whoever would make them slow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.osc.patterns import is_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "address", "whether"),
    [
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", False),
        ("/a/*/c", "/a/b/c", True),
        ("/*/*", "/a/b", True),
        ("/a*", "/a", True),
        ("/*b*", "/abc", True),
        ("/a?", "/ab", True),
        ("/a?", "/a", False),
        ("/a?b", "/a/b", False),
        ("/a[1-3]", "/a2", True),
        ("/a[3-1]", "/a2", True),
        ("/a[!1-3]", "/a2", False),
        ("/a[!1-3]", "/a4", True),
        ("/a[!x]b", "/a/b", False),
        ("/a[-z]", "/a-", True),
        ("/{line,again}", "/again", True),
        ("/{line,again}", "/hold", False),
        ("/{a,ab}c", "/abc", True),
        ("/{,next}x", "/x", True),
        ("/song{,/next}", "/song/next", True),
        ("/a[", "/a[", False),
        ("/a{b", "/a{b", False),
        ("/a]", "/a]", False),
        ("/a", "/a", True),
    ],
)
def test_signs_stand_for_what_the_specification_says(pattern: str, address: str, whether: bool) -> None:
    assert matches(pattern, address) is whether


@given(st.text("ab/?*", max_size=8), st.text("ab/", max_size=8))
def test_it_agrees_with_regular_expressions(pattern: str, address: str) -> None:
    expression = "".join({"*": "[^/]*", "?": "[^/]"}.get(sign, re.escape(sign)) for sign in pattern)
    assert matches(pattern, address) is bool(re.fullmatch(expression, address))


@given(st.text("a[]{}!-,*?/\U0010ffff", max_size=20), st.text("a-/", max_size=10))
def test_whatever_comes_is_answered(pattern: str, address: str) -> None:
    assert matches(pattern, address) in (True, False)


def test_many_stars_cost_no_more_than_their_number() -> None:
    assert not matches("/" + "*a" * 120 + "b", "/" + "a" * 200)  # by trying: more steps than there are atoms
    assert not matches("/" + "[a]" * 100, "/a")
    assert not matches("*" * 300, "/a")


def test_what_is_a_pattern() -> None:
    assert all(is_pattern(f"/a{sign}") for sign in "?*[]{}")
    assert not is_pattern("/stagelyric/line")
