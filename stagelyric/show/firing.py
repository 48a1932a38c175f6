"""Finds the triggers that an event fires at the show's place in the set."""

from stagelyric.setlist.contacts import Presses
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.show.position import Position
from stagelyric.types.actions import Do
from stagelyric.types.events import Event, KeyPress

# The keys that page-turner pedals send; used if a set has no key triggers of its own.
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
    """Looks for triggers in the section, then the song, then the set. A set without key triggers of its own gets
    default ones for the keys of page-turner pedals."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self._presses = Presses()
        self.setlist_changed()

    def setlist_changed(self) -> None:
        """Call this when triggers were added to the position's setlist."""
        has_keys = any(trigger.on.key is not None for trigger in self._position.setlist.every_trigger())
        self._pedals = () if has_keys else PEDAL_TRIGGERS

    def triggered(self, event: Event) -> list[Trigger]:
        """The triggers that an event fires here; none while the contact is still bouncing (debounce time)."""
        decided: list[Trigger] | None = None
        self._presses.hear(event)
        for level in (*self._levels(), self._pedals if isinstance(event, KeyPress) else ()):
            # Every trigger must follow its contact's state, also those that this event does not fire or that belong
            # elsewhere.
            heard = [
                (trigger, self._presses.of(trigger, event, self._position.song.beats_per_bar)) for trigger in level
            ]
            if decided is None and any(each.fires for _, each in heard if each is not None):
                decided = [trigger for trigger, each in heard if each is not None and each.fires and each.counts]
        return decided or []

    def remark(self, event: Event) -> str | None:
        """Why an event fired nothing although a trigger here names the control that sent it; None if there is nothing
        to say."""
        remark = self._presses.contacts.remark(event)
        named = remark is not None and any(trigger.on.moves(event) for level in self._levels() for trigger in level)
        return remark if named else None

    def _levels(self) -> tuple[tuple[Trigger, ...], ...]:
        return (self._position.section.triggers, self._position.song.triggers, self._position.setlist.triggers)
