"""Finds every export format in this folder."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from stagelyric.gear.journal import exports
from stagelyric.gear.journal.night import Night


@dataclass(frozen=True, slots=True)
class Export:
    """An export format. `name`: for `--as`; `ending`: the file's suffix; `about`: for `--help`; `write`: returns the
    file's content; `one_song`: a file of this format holds one song."""

    name: str
    ending: str
    about: str
    write: Callable[[Night], str | bytes]
    one_song: bool = False


def every() -> dict[str, Export]:
    """All formats by name."""
    modules = (
        importlib.import_module(f"{exports.__name__}.{found.name}")
        for found in pkgutil.iter_modules(exports.__path__)
        if found.name != "table"
    )
    return {export.name: export for module in modules for export in module.EXPORTS}
