"""Decides whether a show continues where the last one of its title ended or begins anew, and what people are told about
it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stagelyric.types import standing
from stagelyric.types.standing import Record, Standing

TONIGHT = 4 * 3600.0  # seconds after which the last show counts as over, unless `resume` is asked for


@dataclass(frozen=True, slots=True)
class Recalled:
    """`standing`: the state to continue from (None: the show begins anew); `seed`: the seed of that show; `show`: its
    name in the journal; `places`: how far each shelf was used, for a show that begins anew without a seed of its own;
    `told`: what people should know, "" for nothing."""

    standing: Standing | None = None
    seed: int | None = None
    show: str | None = None
    places: Mapping[str, int] = field(default_factory=dict)
    told: str = ""


def recall(
    last: Record | None,
    before: Record | None,
    *,
    seed: int | None,
    now: float,
    fresh: bool = False,
    resume: bool = False,
) -> Recalled:
    """`last`, `before`: what the last two shows of this title left; `seed`: the seed that was asked for; `now` in unix
    seconds; `fresh`: begin anew in any case; `resume`: continue, however long ago it was."""
    if resume and before is not None and (last is None or not last.get("number")):
        last = before
    found = _stood(last)
    if last is None or found is None:
        return Recalled(told="there is no last show to go on with: this one begins anew" if resume else "")
    drawn = last.get("seed") if isinstance(last.get("seed"), int) else None
    if seed is not None and drawn != seed:
        return Recalled()  # with another seed the lines differ: it is another show
    again = Recalled(seed=drawn, places={} if seed is not None else found.places)
    ago = now - _number(last.get("wall"), now)
    if fresh or (not found.number and not resume):
        return again
    if ago > TONIGHT and not resume:
        said = f"the last show, {_age(ago)} ago, is over and this one begins anew; to go on with it: --resume"
        return Recalled(seed=again.seed, places=again.places, told=said)
    where = f"{found.song}, {found.section}, line {found.number}"
    # If the clock was set back (a machine without a clock battery, before it has network), the age is negative: then it
    # is not mentioned, and does not keep the show from continuing.
    since = f", {_age(ago)} ago" if ago >= 0 else ""
    name = last.get("show") if isinstance(last.get("show"), str) else None
    return Recalled(found, drawn, name, told=f"goes on where it was{since}: {where} (--fresh begins anew)")


def _stood(record: Record | None) -> Standing | None:
    try:
        return None if record is None else standing.read(record)
    except ValueError:
        return None


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _age(seconds: float) -> str:
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
