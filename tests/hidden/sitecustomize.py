"""Where STAGELYRIC_HIDE_PROGRAMS is set, in the tests' processes: libraries that a machine with Python alone lacks.

Nothing is imported here that the process would not: tests look at what is.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_HIDDEN = ("portaudio", "jack", "pulse", "asound")


def _without_them(util: ModuleType) -> None:
    find: Callable[[str], str | None] = util.find_library
    util.find_library = lambda name: None if name in _HIDDEN else find(name)  # type: ignore[attr-defined]


class _Finder:
    """Changes ctypes.util as it is imported."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if name != "ctypes.util":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def change(module: ModuleType) -> None:
            execute(module)
            _without_them(module)

        spec.loader.exec_module = change  # type: ignore[method-assign]
        return spec


if "ctypes.util" in sys.modules:
    _without_them(sys.modules["ctypes.util"])
else:
    sys.meta_path.insert(0, _Finder())
