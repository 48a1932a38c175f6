"""The settings for which patches are made, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from stagelyric.gear.osc.addresses import ADDRESSES, TELLS, Address


@dataclass(frozen=True, slots=True)
class Target:
    """`host` and `osc_port`: where stagelyric listens; `listen`: the port for answers to a patch that can't receive
    them on the port from which it sends."""

    host: str = "127.0.0.1"
    osc_port: int = 7744
    listen: int = 7745


@dataclass(frozen=True, slots=True)
class File:
    """`path` is relative to the folder that everything is written to."""

    path: str
    data: bytes


def text(path: str, content: str) -> File:
    return File(path, content.encode())


def name(address: str) -> str:
    """The name of an address in a patch: `song/next` for /stagelyric/song/next."""
    return address.removeprefix("/stagelyric/")


# The addresses that a person uses. The patch itself pings and subscribes.
DOES: tuple[Address, ...] = tuple(entry for entry in ADDRESSES if entry.event is not None)
PRESSES: tuple[Address, ...] = tuple(entry for entry in DOES if entry.argument == "press")
SAYS: tuple[str, ...] = tuple(name(told.address) for told in TELLS)


def table(rows: Sequence[tuple[str, ...]], *head: str) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])
