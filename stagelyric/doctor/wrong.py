"""A press that a trigger just misses: right pedal, wrong channel, port, bank or threshold. In words that mend it."""

from collections.abc import Iterable

from stagelyric.setlist.triggers import On, Trigger
from stagelyric.types.events import ControlChange, Event, NoteOn, ProgramChange


def near_miss(triggers: Iterable[Trigger], event: Event) -> str | None:
    """What keeps the nearest trigger from firing; None where one fires, or none is near."""
    known = list(triggers)
    if not isinstance(event, NoteOn | ControlChange | ProgramChange) or any(each.on.fires(event) for each in known):
        return None
    for trigger in known:
        if (why := _missed(trigger.on, event)) is not None:
            return why
    return None


def _missed(on: On, event: NoteOn | ControlChange | ProgramChange) -> str | None:
    match event:
        case NoteOn() if on.note == event.note:
            what, value = f"note {event.note}", event.velocity
        case ControlChange() if on.control == event.control:
            what, value = f"control {event.control}", event.value
        case ProgramChange() if on.program == event.program:
            what, value = f"program {event.program}", 0
        case _:
            return None
    if on.channel not in (None, event.channel):
        return (
            f"{what} arrives on channel {event.channel}, and the setlist wants it on channel {on.channel}: "
            f"write channel = {event.channel}, or set the pedal to channel {on.channel}"
        )
    if on.port is not None and on.port.casefold() not in event.port.casefold():
        return f'{what} arrives from "{event.port}", and the setlist wants it from "{on.port}": write another port'
    if isinstance(event, ProgramChange):
        return f"{what} arrives with bank {event.bank}, and the setlist wants bank {on.bank}: write another bank"
    threshold = on.threshold or (64 if isinstance(event, ControlChange) else 1)
    if value is not None and 0 < value < threshold:
        return (
            f"{what} arrives with {value}, below its threshold of {threshold}: write threshold = {max(value // 2, 1)}"
        )
    return None
