"""Presses that almost match a trigger: the right pedal with the wrong channel, port, bank or threshold; and how to fix
it."""

from collections.abc import Iterable

from stagelyric.setlist.triggers import On, Trigger
from stagelyric.types.events import BY_EVENT, Event, Placed


def near_miss(triggers: Iterable[Trigger], event: Event) -> str | None:
    """What keeps the nearest trigger from firing; None if one fires, or none is similar."""
    kind, known = BY_EVENT.get(type(event)), list(triggers)
    if kind is None or type(event) is not kind.events[0] or any(each.on.fires(event) for each in known):
        return None
    for trigger in known:
        if trigger.on.means(event) and (why := _missed(trigger.on, event)) is not None:
            return why
    return None


def _missed(on: On, event: Event) -> str | None:
    """Why an event of the right control does not fire this trigger; None if there is nothing to say."""
    kind = on.kind
    what = f"{kind.name} {kind.which(event)}"
    if isinstance(event, Placed) and on.channel not in (None, event.channel):
        return (
            f"{what} arrives on channel {event.channel}, and the setlist wants it on channel {on.channel}: "
            f"write channel = {event.channel}, or set the pedal to channel {on.channel}"
        )
    if isinstance(event, Placed) and on.port is not None and on.port.casefold() not in event.port.casefold():
        return f'{what} arrives from "{event.port}", and the setlist wants it from "{on.port}": write another port'
    if not on.reaches(event):
        return (
            f"{what} arrives with bank {kind.banks(event)[0]}, and the setlist wants bank {on.bank}: write another bank"
        )
    threshold, level = on.threshold or kind.threshold, kind.level(event)
    if threshold is not None and 0 < level < threshold:
        return (
            f"{what} arrives with {level:g}, below its threshold of {threshold}: "
            f"write threshold = {max(int(level) // 2, 1)}"
        )
    return None
