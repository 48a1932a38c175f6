"""Generates docs/osc.md from the declaration: `python -m stagelyric.gear.osc.reference > docs/osc.md`."""

from stagelyric.gear.osc.addresses import ADDRESSES, TELLS, Address, Arguments

_HEAD = """# OSC

stagelyric listens on UDP port 7744 (`play --osc-port`, or `[osc] listen` in a rig). This page is made from the
declaration in `stagelyric/gear/osc/addresses.py`, as are the OSCQuery tree and the patches.

Numbers may come as `i`, `f`, `d`, `h`, `T` or `F`. 0, 0.0 and `F` are a button's release, which does nothing, except
where a number sets something. A bare address is a press too. Strings are UTF-8; several are joined by a space. An
argument in brackets may be left out.

## In

| address | arguments | range | does | for example |
|---|---|---|---|---|
"""

_TELLS = """
An address pattern (`?`, `*`, `[a-z]`, `[!x]`, `{line,again}`) stands for every address it matches, those of the
setlist's triggers among them; ping, subscribe and unsubscribe are named outright. Bundles are run; a timetag up to 2 s
ahead is honoured, and any other runs now. Any other address may be a trigger's: `on = { osc = "/live/scene/launch" }`.

A message that is malformed, unknown or from a sender that `[osc] allow` does not name changes nothing, is counted, and
is told once a second at most.

## Out

To `[osc] reply_to`, and to whoever has sent `/stagelyric/subscribe` within the last 60 s:

| address | arguments | type tags | when |
|---|---|---|---|
"""

_QUERY = """
## OSCQuery

The page's port (7740) answers [OSCQuery](https://github.com/Vidvox/OSCQueryProposal): `/?HOST_INFO`, `/stagelyric`
and whatever lies below it, and attributes (`/stagelyric/song?VALUE`). The songs' titles and the present song's sections
are the RANGE of `/stagelyric/song` and `/stagelyric/section`. `/` itself is the teleprompter to a browser; it is the
tree to a program that asks for `application/json`, or that has asked for HOST_INFO before, as OSCQuery's clients do.

Where the page or OSC is reached from beyond this machine, both are announced by zeroconf (`_oscjson._tcp`,
`_osc._udp`), unless the rig says `[osc] advertise = false`.
"""


def reference() -> str:
    """The whole page, as Markdown."""
    heard = "".join(_heard(entry) for entry in ADDRESSES)
    told = "".join(
        f"| `{told.address}` | {', '.join(name for name, _ in told.arguments) or '—'} | "
        f"{f'`{told.tags}`' if told.tags else '—'} | {told.does} |\n"
        for told in TELLS
    )
    pong = "| `/stagelyric/pong` | as they came | as they came | to a ping, to its sender alone |\n"
    return _HEAD + heard + _TELLS + told + pong + _QUERY


def arguments(entry: Address) -> str:
    """An address's arguments in short: `[value]`, `word…`, `title or number`."""
    match entry.argument:
        case "press" | "port":
            return f"[{entry.called}]"
        case "text":
            return f"{entry.called}…"
        case "any":
            return "any…"
    return entry.called


def span(entry: Address) -> str:
    """The range of an address's number in words, "" if it has none."""
    if entry.argument == "switch":
        return "0 or 1"
    if entry.low is None:
        return ""
    return f"from {entry.low:g}" if entry.high is None or entry.high >= 1e9 else f"{entry.low:g} to {entry.high:g}"


def example(address: str, given: Arguments) -> str:
    """An example as typed for liblo's oscsend: `/stagelyric/song s "Harbour Lights"`."""
    tags = "".join("s" if isinstance(one, str) else "f" if isinstance(one, float) else "i" for one in given)
    return " ".join([address, tags, *(f'"{one}"' if isinstance(one, str) else str(one) for one in given)]).rstrip()


def _heard(entry: Address) -> str:
    typed = example(entry.address.removeprefix("/stagelyric"), entry.example)
    return f"| `{entry.address}` | {arguments(entry)} | {span(entry) or '—'} | {entry.does} | `{typed}` |\n"


if __name__ == "__main__":
    print(reference(), end="")
