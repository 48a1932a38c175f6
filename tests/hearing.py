"""What tests do, heard from Python's audit events and the like: whether a test did it, or a fixture that it uses."""

from collections.abc import Iterator
from typing import Any

import pytest


class Hearing:
    """A plugin of pytest. Whoever hears something sets `now`; before each test it is to be made False."""

    def __init__(self) -> None:
        self.now = False
        self._fixtures: set[pytest.FixtureDef[Any]] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        before, self.now = self.now, False
        try:
            return (yield)
        finally:
            if self.now:
                self._fixtures.add(fixturedef)
            self.now |= before

    def was_in(self, item: pytest.Item) -> bool:
        """Whether the test that has just run did it, or the set-up of one of its fixtures, for whichever test."""
        known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
        used = (made for name in item.fixturenames for made in known.get(name, ()))  # type: ignore[attr-defined]
        return self.now or not self._fixtures.isdisjoint(used)
