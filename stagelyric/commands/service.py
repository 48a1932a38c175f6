"""`stagelyric service`: starts a show when the machine boots."""

from __future__ import annotations

import os
import plistlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from stagelyric.commands.common import Failure, Fault, plain_faults
from stagelyric.setlist.rig import load_rig
from stagelyric.setlist.setlist import load

KINDS = ("systemd", "launchd")
WATCHDOG_SECONDS = 10
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@click.group()
def service() -> None:
    """Start a show at boot, and again whenever it ends."""


@service.command()
@click.argument("setlist", type=click.Path(path_type=Path))
@click.argument("options", nargs=-1)
@click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The gear that is there (TOML).")
@click.option("--kind", type=click.Choice(KINDS), help="Which system (default: this machine's).")
@click.option("--name", default="stagelyric", show_default=True, help="What the service is called.")
@click.option("--write", is_flag=True, help="Write the file where the system looks for it, instead of printing it.")
def install(
    setlist: Path, options: tuple[str, ...], rig_file: Path | None, kind: str | None, name: str, write: bool
) -> None:
    """Print the unit that plays SETLIST at boot; with --write, put it where it belongs.

    \b
    stagelyric service install set.toml --rig rig.toml
    stagelyric service install set.toml --write -- --host 0.0.0.0 --model transformer
    """
    if not _NAME.fullmatch(name):
        raise Fault(f'service: --name: wanted letters, digits, "-", "_" and ".", found "{name}"')
    with plain_faults():
        title = load(setlist).title
        if rig_file is not None:
            load_rig(rig_file)
    kind = kind or ("launchd" if sys.platform == "darwin" else "systemd" if sys.platform == "linux" else None)
    if kind is None:
        raise Failure(
            "service: this system has neither systemd nor launchd; on Windows put a shortcut to "
            f'"{" ".join(_command(setlist, rig_file, options))}" into the folder that "shell:startup" opens'
        )
    command = _command(setlist, rig_file, options)
    text = unit(title, command, setlist) if kind == "systemd" else agent(name, command, setlist)
    if not write:
        click.echo(text, nl=False)
        return
    path = _place(kind, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"service: {path} could not be written: {error.strerror}") from None
    click.echo(f"written: {path}\nnow:")
    for line in _now(kind, name, path):
        click.echo(f"  {line}")


@service.command()
@click.option("--kind", type=click.Choice(KINDS), help="Which system (default: this machine's).")
@click.option("--name", default="stagelyric", show_default=True, help="What the service is called.")
def uninstall(kind: str | None, name: str) -> None:
    """Remove the file that `install --write` wrote, and say what ends the running service."""
    kind = kind or ("launchd" if sys.platform == "darwin" else "systemd")
    path = _place(kind, name)
    if not path.is_file():
        raise Fault(f"service: wanted a file that install had written, found none at {path}")
    path.unlink()
    ends = (
        f"systemctl --user disable --now {name}"
        if kind == "systemd"
        else f"launchctl bootout gui/$(id -u)/{_label(name)}"
    )
    click.echo(f"removed: {path}\nnow:\n  {ends}")


def unit(title: str, command: Sequence[str], setlist: Path) -> str:
    """A systemd user unit. It is restarted at once when it ends, or when its loop has not turned for ten seconds."""
    start = " ".join(map(_quoted, command))
    return f"""\
[Unit]
Description=stagelyric: {" ".join(title.split()).replace("%", "%%")}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={start}
WorkingDirectory={str(setlist.resolve().parent).replace("%", "%%")}
Restart=always
RestartSec=1
TimeoutStartSec=60
TimeoutStopSec=10
WatchdogSec={WATCHDOG_SECONDS}

[Install]
WantedBy=default.target
"""


def agent(name: str, command: Sequence[str], setlist: Path) -> str:
    """A launchd agent. launchd has neither readiness nor a watchdog; it restarts a process that ends."""
    log = str(Path.home() / "Library" / "Logs" / f"{name}.log")
    wanted = {
        "Label": _label(name),
        "ProgramArguments": list(command),
        "WorkingDirectory": str(setlist.resolve().parent),
        "RunAtLoad": True,
        "KeepAlive": True,
        "ProcessType": "Interactive",  # prevents the throttling of background jobs
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    return plistlib.dumps(wanted, sort_keys=False).decode()


def _command(setlist: Path, rig_file: Path | None, options: Sequence[str]) -> list[str]:
    rig = [] if rig_file is None else ["--rig", str(rig_file.resolve())]
    return [sys.executable, "-m", "stagelyric", "play", str(setlist.resolve()), "--no-open", *rig, *options]


def _quoted(word: str) -> str:
    """A word quoted for a command line in systemd.service(5), with variables and specifiers escaped."""
    plain = word.replace("%", "%%").replace("$", "$$")
    if plain and not re.search(r"[\s\"'\\;]", plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(name: str) -> str:
    return f"org.stagelyric.{name}"


def _place(kind: str, name: str) -> Path:
    if kind == "launchd":
        return Path.home() / "Library" / "LaunchAgents" / f"{_label(name)}.plist"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user" / f"{name}.service"


def _now(kind: str, name: str, path: Path) -> list[str]:
    if kind == "launchd":
        return [f"launchctl bootstrap gui/$(id -u) {path}"]
    return [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {name}",
        "loginctl enable-linger      # so that it begins at boot, before anybody logs in",
        f"journalctl --user -u {name} -f      # what it says",
    ]
