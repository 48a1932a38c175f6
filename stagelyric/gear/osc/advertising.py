"""Announces OSC and the OSCQuery tree on the network (zeroconf, also called Bonjour), so that apps find the show."""

import asyncio
import ipaddress
import logging
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module

from stagelyric.types.events import Emit, Notice
from stagelyric.types.parts import Part, ignore

OSC, OSCQUERY = "_osc._udp.local.", "_oscjson._tcp.local."
_ENDING_SECONDS = 2.0
_EVERYWHERE = ("", "0.0.0.0", "::")

_log = logging.getLogger(__name__)


class Advertising(Part):
    """A part that emits only a Notice if it fails. It runs in the background and delays nothing.

    `osc` and `page`: return where they listen, as (host, port), called once the show is open. What only this machine
    can reach is not announced. `interfaces`: the addresses at which to announce, None for all.
    """

    name = "zeroconf"

    def __init__(
        self,
        title: str,
        osc: Callable[[], tuple[str, int]],
        page: Callable[[], tuple[str, int]],
        interfaces: Sequence[str] | None = None,
    ) -> None:
        self._title = title
        self._osc = osc
        self._page = page
        self._interfaces = interfaces
        self.announced: list[str] = []  # the services' full names

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        over = asyncio.Event()
        work = asyncio.create_task(self._announce(emit, over), name="zeroconf")
        try:
            yield
        finally:
            over.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(_ENDING_SECONDS):
                    await work
            self.announced.clear()

    def services(self) -> list[tuple[str, int, list[str]]]:
        """(type, port, addresses) of the services that other machines can reach."""
        found = []
        for kind, (host, port) in ((OSC, self._osc()), (OSCQUERY, self._page())):
            if addresses := self._addresses(host):
                found.append((kind, port, addresses))
        # An OSCQuery tree is of no use if nobody can send to its addresses.
        return found if any(kind == OSC for kind, _, _ in found) else []

    def _addresses(self, host: str) -> list[str]:
        if self._interfaces is not None:
            return list(self._interfaces)
        return reachable(host)

    async def _announce(self, emit: Emit, over: asyncio.Event) -> None:
        services = self.services()
        if not services:
            return
        try:
            # The import takes a fifth of a second, so it must not delay the first page.
            zeroconf = await asyncio.to_thread(import_module, "zeroconf.asyncio")
            announcer = zeroconf.AsyncZeroconf(**({"interfaces": self._interfaces} if self._interfaces else {}))
        except (ImportError, OSError) as error:
            emit(Notice(time.monotonic(), self.name, f"the show is not announced on the network: {error}"))
            return
        try:
            for kind, port, addresses in services:
                info = zeroconf.AsyncServiceInfo(
                    kind, f"{_label(self._title)}.{kind}", port=port, server=_server(), parsed_addresses=addresses
                )
                await (await announcer.async_register_service(info, allow_name_change=True))
                self.announced.append(info.name)
            await over.wait()
        except Exception as error:  # the library's exceptions have no common class; the show goes on without it
            _log.warning("zeroconf failed", exc_info=True)
            emit(Notice(time.monotonic(), self.name, f"the show is not announced on the network: {error}"))
        finally:
            await announcer.async_unregister_all_services()
            await announcer.async_close()


def reachable(host: str) -> list[str]:
    """The addresses under which others reach what listens at `host`; none for a loopback address or a host name."""
    if host in _EVERYWHERE:
        import psutil  # imported once the show is up

        found = [
            address.address
            for addresses in psutil.net_if_addrs().values()
            for address in addresses
            if address.family in (socket.AF_INET, socket.AF_INET6)
        ]
        return [one for one in found if _is_outside(one) and (":" not in one or host == "::")]
    return [host] if _is_outside(host) else []


def _is_outside(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False  # with a scope ("fe80::1%eth0"), or a host name
    return not (known.is_loopback or (known.is_link_local and known.version == 6))


def _label(title: str) -> str:
    """The service's name, including the machine's, since a main and a backup rig play the same set. A DNS label has at
    most 63 bytes, and dots would split it."""
    words = " ".join(re.sub(r"[\x00-\x1f.]", " ", f"{socket.gethostname()[:20]} stagelyric {title}").split())
    return words.encode()[:56].decode(errors="ignore").strip()


def _server() -> str:
    return f"{socket.gethostname().partition('.')[0]}.local."
