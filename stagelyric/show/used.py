"""The lines that must not come (again): those that were vetoed, and those that were shown tonight."""

from collections.abc import Iterable

from stagelyric.types.lines import normal


class Used:
    """`texts`: the normal forms of all of them; `vetoed`: of those that were vetoed, tonight or before. Those shown
    tonight are also kept in their order, for the records from which a show can continue."""

    def __init__(self, vetoed: Iterable[str]) -> None:
        self.vetoed = {normal(text) for text in vetoed}
        self._shown: list[str] = []
        self._told = 0  # how many of `_shown` are in the records given so far
        self.texts = set(self.vetoed)

    def add(self, text: str) -> None:
        """Marks `text`, in normal form, as not to be shown (again)."""
        if text not in self.texts:
            self.texts.add(text)
            self._shown.append(text)

    def veto(self, text: str) -> None:
        """Marks `text`, in normal form, as vetoed."""
        self.vetoed.add(text)
        self.texts.add(text)

    def whole(self) -> tuple[str, ...]:
        """Everything shown tonight, for a complete record."""
        self._told = len(self._shown)
        return tuple(self._shown)

    def change(self) -> list[str]:
        """What was shown since the last `whole` or `change`."""
        new = self._shown[self._told :]
        self._told = len(self._shown)
        return new

    def stand(self, shown: Iterable[str]) -> None:
        """Continues from what a record says was shown; the vetoes stay."""
        self._shown = list(shown)
        self.texts = {*self.vetoed, *self._shown}
