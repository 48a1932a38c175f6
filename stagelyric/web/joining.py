"""How a tablet finds the page: this machine's addresses, and a QR code with the best one."""

import io
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, ip_address

ANYWHERE = ("", "0.0.0.0", "::")


@dataclass(slots=True)
class Addresses:
    """The page's addresses. `host`: where it was told to listen; `bound`: its actual host and port; `secure_port`: the
    port for https, None if there is none."""

    host: str
    bound: tuple[str, int]
    secure_port: int | None = None

    @property
    def url(self) -> str:
        """The page's address for a browser on this machine."""
        host, port = self.bound
        if host in ANYWHERE:
            host = "127.0.0.1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def join_url(self, host: str | None = None) -> str:
        """The page's address for another machine's browser, with `host` or this machine's best address."""
        if host is None:
            near = reachable(self.host)
            if not near:
                return self.url
            host = near[0]
        host = f"[{host}]" if ":" in host else host
        return f"https://{host}:{self.secure_port}" if self.secure_port else f"http://{host}:{self.bound[1]}"


def addresses() -> list[str]:
    """This machine's IPv4 addresses on its networks: private ones first, without loopback."""
    import psutil  # imported once the page is up

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        entry.address
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if name in up and entry.family == socket.AF_INET and not ip_address(entry.address).is_loopback
    ]
    return sorted(dict.fromkeys(found), key=lambda address: (not ip_address(address).is_private, IPv4Address(address)))


def names() -> list[str]:
    """This machine's names on its network: its host name, and its name for Bonjour."""
    name = socket.gethostname().lower()
    return list(dict.fromkeys((name, f"{name.partition('.')[0]}.local")))


def reachable(host: str) -> list[str]:
    """The hosts for the page's address, best first, if a server listens on `host`; empty if only this machine can reach
    it."""
    if host in ANYWHERE:
        return [*addresses(), names()[-1]]
    try:
        return [] if ip_address(host).is_loopback else [host]
    except ValueError:
        return [] if host == "localhost" or host.endswith(".localhost") else [host]


def qr_text(url: str) -> str:
    """A QR code for a terminal, with two modules per character."""
    import segno

    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()


@lru_cache(maxsize=32)
def qr_svg(url: str) -> bytes:
    """A QR code as an SVG, dark on light, with the quiet zone that scanners require."""
    import segno

    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", scale=8, border=4, dark="#0a0a0c", light="#f4f1ea")
    return out.getvalue()
