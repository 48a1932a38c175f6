"""OSC and the page: their ports, which programs use them, whether packets arrive, and from where the page can be
reached."""

import asyncio
import ipaddress
import shutil
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil

from stagelyric.doctor.findings import Finding, fine, fix, look
from stagelyric.gear.osc.advertising import reachable
from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.output import encode
from stagelyric.setlist.rig import Rig, address
from stagelyric.types.devices import ListenError
from stagelyric.types.program import typed
from stagelyric.web.server import Page

_ANSWER_SECONDS = 1.0
_PINGS = 5


def owner(port: int, kind: str) -> str | None:
    """The program that uses a port ("udp4", "tcp4" …: psutil's kinds), as "name (process 123)"; None if none is
    visible."""
    try:
        connections = psutil.net_connections(kind)
    except (psutil.AccessDenied, PermissionError, OSError):
        return None
    for connection in connections:
        if connection.laddr and connection.laddr.port == port and connection.status in ("LISTEN", "NONE"):
            if connection.pid is None:
                return None
            try:
                process = psutil.Process(connection.pid)
                words = " ".join(process.cmdline())
                name = "another stagelyric" if "stagelyric" in words and " play " in f"{words} " else process.name()
            except psutil.Error:
                return f"process {connection.pid}"
            return f"{name} (process {connection.pid})"
    return None


async def check(rig: Rig) -> list[Finding]:
    """All findings about the two ports, whether the show is running or not."""
    host, port = address(rig.osc.listen)
    findings: list[Finding] = []
    async with AsyncExitStack() as stack:
        osc, page = Osc(host, port), Page(rig.web.host, rig.web.port, pin=rig.web.pin)
        findings.append(await _open(stack, "OSC", osc, port, "udp", "--osc-port"))
        findings.append(await _open(stack, "page", page, rig.web.port, "tcp", "--port"))
        if findings[0].level == "fine" or _is_stagelyric(findings[0]):
            findings += [await echo(at, osc.address[1] if port == 0 else port) for at in _ways(host)]
        if findings[1].level == "fine" or _is_stagelyric(findings[1]):
            number = page.address[1]
            findings += [await asyncio.to_thread(_fetch, at, number, rig) for at in _ways(rig.web.host)]
    outside = bool(reachable(host) or reachable(rig.web.host))
    findings += [*_pin(rig), *(_allow(rig) if reachable(host) else ()), *(_firewall(rig) if outside else ())]
    return findings


async def _open(stack: AsyncExitStack, about: str, part: Osc | Page, port: int, kind: str, option: str) -> Finding:
    try:
        await stack.enter_async_context(part.running(lambda event: None))
    except ListenError as fault:
        who = owner(port, kind)
        if who is None:
            return fix(about, str(fault), typed(f"play … {option} {port + 10}"), port=port)
        text = f"port {port} is in use by {who}"
        if who.startswith("another stagelyric"):
            return look(about, f"{text}: a show is up on this machine already", None, port=port, owner=who)
        mend = f"kill {who.rpartition(' ')[2].rstrip(')')}" if sys.platform != "win32" else None
        mend = f"{mend}   (or choose another port: {option} {port + 10})" if mend else f"{option} {port + 10}"
        return fix(about, text, mend, port=port, owner=who)
    host, number = part.address
    return fine(about, f"port {number} is free on {host or 'every address'}", port=number)


def _is_stagelyric(finding: Finding) -> bool:
    return str(finding.measured.get("owner", "")).startswith("another stagelyric")


def _ways(host: str) -> list[str]:
    """The addresses at which this machine can reach something that listens at `host`."""
    if host in ("", "0.0.0.0", "::"):
        return ["127.0.0.1", *reachable(host)]
    return [host]


async def echo(host: str, port: int) -> Finding:
    """Sends five OSC pings and measures the fastest answer."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    took: list[float] = []
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as sender:
        sender.setblocking(False)
        for number in range(_PINGS):
            began = time.perf_counter()
            try:
                await loop.sock_sendto(sender, encode("/stagelyric/ping", number), (host, port))
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await loop.sock_recv(sender, 1024)
            except TimeoutError:
                break
            except OSError as fault:
                return fix("OSC", f"nothing can be sent to {host}:{port}: {fault.strerror or fault}")
            took.append((time.perf_counter() - began) * 1000)
    if len(took) < _PINGS:
        text = f"a ping to {host}:{port} was not answered within {_ANSWER_SECONDS:g} s: a firewall stands between"
        return fix("OSC", text, _let_in(port, "udp"), host=host)
    best = min(took)
    return fine("OSC", f"a ping to {host}:{port} and back takes {best:.2f} ms", host=host, round_trip_ms=round(best, 3))


def _fetch(host: str, port: int, rig: Rig) -> Finding:
    """Gets the page as a browser would; also reports whether a tablet's screen could be kept awake there."""
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/"
    untrusting = ssl.create_default_context()
    untrusting.check_hostname, untrusting.verify_mode = False, ssl.CERT_NONE  # our own certificate is self-signed
    try:
        with urlopen(Request(url, headers={"Accept": "text/html"}), timeout=5, context=untrusting) as answer:
            answer.read(1)
    except (URLError, OSError) as fault:
        reason = getattr(fault, "reason", fault)
        return fix("page", f"{url} does not answer: {reason}", _let_in(port, "tcp"), url=url)
    if ipaddress.ip_address(host).is_loopback:
        return fine("page", f"{url} answers (this machine only; its screen is kept awake)", url=url, secure=True)
    if rig.web.https:
        return fine(
            "page",
            f"{url} answers, and by https on the next port: a tablet's screen is kept awake there",
            url=url,
            secure=True,
        )
    text = f"{url} answers, but not by https: a tablet's screen may go to sleep there"
    return look("page", text, "[web] https = true   (in the rig)", url=url, secure=False)


def _pin(rig: Rig) -> Iterator[Finding]:
    if not reachable(rig.web.host):
        return
    if rig.web.pin:
        yield fine("page", "changing the show from another machine wants the PIN")
    else:
        text = "the page is seen from the network, but without a PIN it changes the show from this machine only"
        yield look("page", text, '[web] pin = "4711"   (in the rig; any digits)')


def _allow(rig: Rig) -> Iterator[Finding]:
    if not rig.osc.allow:
        text = "OSC is open to everyone on the network"
        yield look("OSC", text, '[osc] allow = ["192.168.1.0/24"]   (in the rig: your own network)')


def _firewall(rig: Rig) -> Iterator[Finding]:
    """Reports an active firewall, since a ping to this machine itself bypasses most of them."""
    ports = (address(rig.osc.listen)[1], rig.web.port)
    mend = f"{_let_in(ports[0], 'udp')} && {_let_in(ports[1], 'tcp')}"
    name = _active_firewall()
    if name:
        yield look("network", f"{name} is on: see that it lets other machines in on both ports", mend)
    else:
        yield fine("network", "no firewall is seen to be on")


def _active_firewall() -> str | None:
    running = {process.info["name"] for process in psutil.process_iter(["name"])}
    if "firewalld" in running:
        return "firewalld"
    try:
        if "enabled=yes" in Path("/etc/ufw/ufw.conf").read_text(encoding="utf-8").casefold().replace(" ", ""):
            return "ufw"
    except OSError:
        pass
    return None


def _let_in(port: int, kind: str) -> str:
    if sys.platform == "darwin":
        return "System Settings > Network > Firewall > Options: allow incoming connections for Python"
    if sys.platform == "win32":
        return (
            f"netsh advfirewall firewall add rule name=stagelyric dir=in action=allow protocol={kind} localport={port}"
        )
    if shutil.which("firewall-cmd"):
        return f"sudo firewall-cmd --add-port={port}/{kind}"
    return (
        f"sudo ufw allow {port}/{kind}"
        if shutil.which("ufw")
        else f"sudo iptables -I INPUT -p {kind} --dport {port} -j ACCEPT"
    )
