"""The model: whether it loads, and how many finished, ranked lines it writes per second."""

import asyncio
import time
from pathlib import Path

from stagelyric.doctor.findings import Finding, fine, fix, look
from stagelyric.show.pool import CHUNK
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.types.lines import Ask
from stagelyric.types.program import typed
from stagelyric.types.texts import count

ENOUGH = 10.0  # lines per second: as fast as a foot can press
_LINES = 64
_SECONDS = 60.0


async def check(folder: Path, sections: int = 0) -> Finding:
    """`sections`: the number of sections in the set, to estimate when each has a chunk of lines."""
    troubles: list[str] = []
    generator = Generator(folder)
    generator.on_trouble = lambda text: troubles.append(text) if text else None
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_SECONDS), generator.running():
            await generator.write(Ask(seed=1), 0, 16)
            ready = time.perf_counter()
            lines = await generator.write(Ask(seed=2), 0, _LINES)
    except (TimeoutError, GeneratorError) as error:
        why = "; ".join(dict.fromkeys(troubles)) or str(error) or f"it did not write within {_SECONDS:g} s"
        return fix("model", f"{folder.name} does not write: {why}", f"{typed('models')}   (lists what there is)")
    rate = len(lines) / (time.perf_counter() - ready)
    text = f"{folder.name} loads and writes its first lines in {ready - began:.1f} s, then {rate:.0f} lines a second"
    if sections:
        seconds = ready - began + sections * CHUNK / rate
        text += f"; {count(sections, 'section')}: {CHUNK} lines each {seconds:.0f} s after the start"
    measured = {"lines_per_second": round(rate, 1), "first_seconds": round(ready - began, 2)}
    if rate >= ENOUGH:
        return fine("model", text, **measured)
    return look(
        "model", text, "begin a while before the show, so that the pool is full; close other programs", **measured
    )
