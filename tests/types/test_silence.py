"""Whether a silent process hangs or only gets no turn at a processor. Time is handed in, and what is seen too."""

import os
import sys
from collections.abc import Callable

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.testing.waiting import until
from stagelyric.types import silence
from stagelyric.types.silence import IDLE, LOOK, MOST_GRACE, STEADY, STOPPED, Grace, Look, Silence

STARTING, SILENT = 20.0, 2.0


def ended(share: Callable[[float], float], *, wants: bool, spoke: bool, until: float = 600.0) -> float | None:
    """The second at which a process is given up that gives no sign any more; None: not until then.

    `share`: of a processor, that it gets at each second; `wants`: whether it wants one.
    """
    now = used = 0.0
    judge = Silence(STARTING, SILENT, now, lambda: Look(False, used), lambda: wants)
    if spoke:
        judge.sign(now)
    while now < until:
        step = judge.next(now)
        assert 0 < step <= LOOK
        used += share(now) * step
        now += step
        if judge.judge(now) is not None:
            return now
    return None


@pytest.mark.parametrize("spoke", [False, True])
def test_one_that_waits_for_nothing_hangs_at_its_limit(spoke: bool) -> None:
    assert ended(lambda now: 0.0, wants=False, spoke=spoke) == (SILENT if spoke else STARTING)


@pytest.mark.parametrize("spoke", [False, True])
def test_one_that_spins_on_a_processor_of_its_own_hangs_at_its_limit(spoke: bool) -> None:
    assert ended(lambda now: 1.0, wants=True, spoke=spoke) == (SILENT if spoke else STARTING)


def test_one_that_gets_no_turn_is_waited_for_however_long() -> None:
    assert ended(lambda now: 0.0, wants=True, spoke=True) is None
    assert ended(lambda now: 0.01, wants=True, spoke=False) is None


@given(st.floats(0.02, 1.0))
def test_one_that_spins_on_a_full_machine_hangs_once_it_has_had_its_share(share: float) -> None:
    found = ended(lambda now: share, wants=True, spoke=True)
    assert found is not None
    assert SILENT <= found <= SILENT + IDLE * SILENT / share + 2 * LOOK


def test_a_sign_of_life_begins_it_anew() -> None:
    used = 0.0
    judge = Silence(STARTING, SILENT, 0.0, lambda: Look(False, used), lambda: True)
    for second in range(100):
        judge.sign(float(second))
        used += 0.9  # it works hard
        assert judge.judge(second + 0.9) is None
    assert judge.judge(101.0) is None
    used += 1.1
    assert judge.judge(101.5) == f"gave no sign of life for {SILENT:g} s"


def test_one_that_was_stopped_is_found_before_its_limit_and_without_one() -> None:
    for limit in (None, SILENT):
        judge = Silence(STARTING, limit, 0.0, lambda: Look(True, 0.0), lambda: False)
        judge.sign(0.0)
        assert judge.judge(LOOK - 0.1) is None
        assert judge.judge(LOOK) == STOPPED


def test_where_the_system_tells_nothing_only_the_limit_counts() -> None:
    judge = Silence(STARTING, SILENT, 0.0, lambda: None, lambda: False)
    judge.sign(0.0)
    assert judge.judge(SILENT - 0.1) is None
    assert judge.judge(SILENT) is not None
    silent = Silence(STARTING, None, 0.0, lambda: None, lambda: False)
    silent.sign(0.0)
    assert silent.judge(1e9) is None


def test_no_machine_is_so_slow_that_it_starts_it_for_ever() -> None:
    """Where the system tells nothing: each start needs 70 s, and at most 20 s are given to the first."""
    grace, starts, needed = Grace(), 0, 70.0
    while STARTING * grace.factor < needed:
        starts += 1
        # Each such run falls silent as young as a process that never spoke can be.
        grace.ended(True, min(STARTING * grace.factor, STEADY - 1))
        assert starts < 10
    assert starts == 2
    for _ in range(9):
        grace.ended(True, 1.0)
    assert grace.factor == MOST_GRACE


@pytest.mark.parametrize(("silent", "seconds"), [(False, 1.0), (True, STEADY), (False, STEADY)])
def test_one_that_ran_well_or_ended_by_itself_has_its_limits_again(silent: bool, seconds: float) -> None:
    grace = Grace()
    grace.ended(True, 3.0)
    grace.ended(silent, seconds)
    assert grace.factor == 1


@pytest.mark.needs("linux")
@pytest.mark.parametrize("wants", [True, False])
async def test_a_process_is_seen_as_it_is(wants: bool) -> None:
    code = "while True: pass" if wants else "import time; time.sleep(600)"
    process = psutil.Popen([sys.executable, "-c", code])
    try:
        if wants:
            await until(lambda: (silence.look(process.pid) or Look(False, 0.0)).used > 0.1, "its work")
        await until(lambda: silence.wants_processor(process.pid) is wants, "its state")
        process.suspend()
        await until(lambda: (silence.look(process.pid) or Look(False, 0.0)).stopped, "its stop")
        assert not silence.wants_processor(process.pid)
    finally:
        process.kill()
        process.wait()
    assert silence.look(process.pid) is None  # it is gone
    assert not silence.wants_processor(process.pid)
    assert silence.wants_processor(os.getpid())
