"""The machine: disk space, power, processor load, and the precision of its timers."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from stagelyric.doctor.findings import Finding, fine, fix, look

SMALL, TOO_SMALL = 1 << 30, 100 << 20  # bytes free
BUSY = 0.8  # share of the processors' time
LATE_MS = 5.0  # 99th percentile of the timers' lateness; more is visible
_TICK, _TICKS = 0.005, 200


def disk(folders: list[Path]) -> Iterator[Finding]:
    """The folders of journal and pool: free space, and permission to write."""
    seen: set[int] = set()
    for folder in folders:
        there = next(part for part in (folder, *folder.parents) if part.exists())
        if not os.access(there, os.W_OK):
            yield fix("disk", f"{there} can't be written to", f"sudo chown -R {_me()} {there}")
            continue
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        text = f"{free / (1 << 30):.1f} GiB free at {there}"
        if free < TOO_SMALL:
            yield fix(
                "disk",
                f"{text}: the journal may not be written",
                "empty the trash, remove what is not needed",
                free=free,
            )
        elif free < SMALL:
            yield look("disk", text, "empty the trash", free=free)
        else:
            yield fine("disk", text, free=free)


def power() -> Iterator[Finding]:
    """Battery, frequency governor and the system's power saving."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is not None and not battery.power_plugged:
        yield look("power", f"on battery, {battery.percent:.0f} % left: the processor may be slowed", "plug it in")
    elif battery is not None:
        yield fine("power", "plugged in")
    if sys.platform == "linux":
        yield from governor(Path("/sys/devices/system/cpu"))
    elif sys.platform == "darwin":
        yield from _mac()


def governor(cpus: Path) -> Iterator[Finding]:
    """Linux: `cpus` is /sys/devices/system/cpu."""
    found = {file.read_text().strip() for file in sorted(cpus.glob("cpu[0-9]*/cpufreq/scaling_governor"))}
    drivers = {file.read_text().strip() for file in sorted(cpus.glob("cpu[0-9]*/cpufreq/scaling_driver"))}
    if not found:
        return  # a virtual machine, or a kernel that leaves it to the processor
    # With these drivers "powersave" is the ordinary governor, which raises the frequency with the load.
    own = drivers <= {"intel_pstate", "amd-pstate-epp"}
    if "powersave" in found and not own:
        mend = "sudo cpupower frequency-set -g performance"
        yield look("power", "the processor's governor is powersave: it stays slow", mend, governor=sorted(found))
    else:
        yield fine("power", f"the processor's governor is {', '.join(sorted(found))}", governor=sorted(found))


def _mac() -> Iterator[Finding]:
    try:
        told = subprocess.run(["pmset", "-g"], capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return
    if any(line.split()[:2] == ["lowpowermode", "1"] for line in told.splitlines()):
        yield look("power", "low power mode is on", "sudo pmset -a lowpowermode 0")


def load() -> Iterator[Finding]:
    """The processor's load over half a second."""
    processes = list(psutil.process_iter(["name"]))
    _shares(processes)
    busy = psutil.cpu_percent(0.5) / 100
    text = f"{busy:.0%} of {psutil.cpu_count()} processors' time is taken"
    if busy > BUSY:
        worst = max(_shares(processes), default=(0.0, "?"))[1]
        yield look("processor", text, f"close what you don't need ({worst} takes the most)", busy=busy)
    else:
        yield fine("processor", text, busy=busy)


def _shares(processes: list[psutil.Process]) -> list[tuple[float, str]]:
    found = []
    for process in processes:
        with suppress(psutil.Error):
            found.append((process.cpu_percent(), process.name()))
    return found


async def timers() -> Finding:
    """How late the event loop's timers are; a quantised line would be as late."""
    late: list[float] = []
    loop = asyncio.get_running_loop()
    due = loop.time()
    for _ in range(_TICKS):
        due += _TICK
        await asyncio.sleep(max(due - loop.time(), 0))
        late.append((loop.time() - due) * 1000)
    late.sort()
    jitter = late[int(len(late) * 0.99)]
    text = f"timers are late by {late[len(late) // 2]:.2f} ms, 99 of 100 within {jitter:.2f} ms"
    measured = {"p50_ms": round(late[len(late) // 2], 3), "p99_ms": round(jitter, 3)}
    if jitter <= LATE_MS:
        return fine("clock", text, **measured)
    return look("clock", text, "close what keeps the machine busy", **measured)


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return fine("Python", f"{version} on {sys.platform}, up {_hours(time.time() - psutil.boot_time())}")


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def _me() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or "$USER"
