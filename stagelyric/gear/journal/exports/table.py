"""Every export there is, found in this folder."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from stagelyric.gear.journal import exports
from stagelyric.gear.journal.night import Night


@dataclass(frozen=True, slots=True)
class Export:
    """`name`: for `--as`; `ending`: of a file; `about`: for `--help`; `write`: the file's content; `one_song`: a file
    of this format holds one song."""

    name: str
    ending: str
    about: str
    write: Callable[[Night], str | bytes]
    one_song: bool = False


def every() -> dict[str, Export]:
    """By their names."""
    modules = (
        importlib.import_module(f"{exports.__name__}.{found.name}")
        for found in pkgutil.iter_modules(exports.__path__)
        if found.name != "table"
    )
    return {export.name: export for module in modules for export in module.EXPORTS}
