"""Which triggers an event fires where the show is."""

from stagelyric.setlist.contacts import Presses
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.show.position import Position
from stagelyric.types.actions import Do
from stagelyric.types.events import Event, KeyPress

# What page-turner pedals send, for a set that has no key triggers of its own.
_PEDAL_KEYS = {
    "next_line": ("PageDown", "ArrowRight", "ArrowDown", "Space", "Enter"),
    "again": ("PageUp", "ArrowLeft", "ArrowUp"),
    "clear": ("b", "."),
}
PEDAL_TRIGGERS = tuple(
    Trigger(on=On(key=key), do=Do(action))  # type: ignore[arg-type]  # the names are actions
    for action, keys in _PEDAL_KEYS.items()
    for key in keys
)


class Firing:
    """Looks through the triggers of the section, the song and the set, in this order; a set that has no key triggers of
    its own answers the keys of page-turner pedals."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self._presses = Presses()
        self.setlist_changed()

    def setlist_changed(self) -> None:
        """To be called when triggers were added to the position's setlist."""
        has_keys = any(trigger.on.key is not None for trigger in self._position.setlist.every_trigger())
        self._pedals = () if has_keys else PEDAL_TRIGGERS

    def triggered(self, event: Event) -> list[Trigger]:
        """The triggers that an event fires here; a contact that still bounces fires none."""
        decided: list[Trigger] | None = None
        self._presses.hear(event)
        for level in (*self._levels(), self._pedals if isinstance(event, KeyPress) else ()):
            # Those that do not fire, or not here, must know that the contact moved all the same.
            heard = [
                (trigger, self._presses.of(trigger, event, self._position.song.beats_per_bar)) for trigger in level
            ]
            if decided is None and any(each.fires for _, each in heard if each is not None):
                decided = [trigger for trigger, each in heard if each is not None and each.fires and each.counts]
        return decided or []

    def remark(self, event: Event) -> str | None:
        """What people should know of an event that fired nothing, where some trigger here names what sent it."""
        remark = self._presses.contacts.remark(event)
        named = remark is not None and any(trigger.on.moves(event) for level in self._levels() for trigger in level)
        return remark if named else None

    def _levels(self) -> tuple[tuple[Trigger, ...], ...]:
        return (self._position.section.triggers, self._position.song.triggers, self._position.setlist.triggers)
