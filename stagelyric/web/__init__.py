"""The pages and their server.

The show needs aiohttp's server and almost never its client, but the package `aiohttp` imports the client too, which
takes a tenth of the whole start. So the package is put into `sys.modules` without running its `__init__`. Its server
modules are imported as usual; the first use of anything else (`aiohttp.ClientSession`) runs the `__init__` then, once.
"""

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.abc import Loader
from pathlib import Path
from types import ModuleType

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_VERSION = re.compile(r"""^__version__ = ["']([^"']+)["']$""", re.MULTILINE)


class _NotRun(ModuleType):
    """A package whose `__init__` has not run yet; it does when an attribute other than a submodule is used."""

    def __getattr__(self, name: str) -> object:
        inside = f"{self.__name__}.{name}"
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        if importlib.util.find_spec(inside) is not None:
            return importlib.import_module(inside)
        loader = self.__loader__
        assert isinstance(loader, Loader)
        self.__class__ = ModuleType  # type: ignore[assignment]
        with _without_certificates():
            loader.exec_module(self)
        return getattr(self, name)


@contextmanager
def _without_certificates() -> Iterator[None]:
    """Hides the system's certificates: aiohttp's client creates TLS contexts on import, which would read all of
    them."""
    given = {name: os.environ.get(name) for name in _CERTIFICATES}
    os.environ.update(dict.fromkeys(_CERTIFICATES, os.devnull))
    try:
        yield
    finally:
        for name, value in given.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _enter(name: str) -> None:
    spec = importlib.util.find_spec(name)
    if name in sys.modules or spec is None or spec.origin is None:
        return
    package = _NotRun(name, "")
    package.__spec__, package.__loader__, package.__file__ = spec, spec.loader, spec.origin
    package.__package__, package.__path__ = name, list(spec.submodule_search_locations or ())
    with suppress(OSError):
        if found := _VERSION.search(Path(spec.origin).read_text(encoding="utf-8")):
            package.__dict__["__version__"] = found[1]  # needed by its modules
    sys.modules[name] = package


_enter("aiohttp")
