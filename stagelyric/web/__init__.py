"""The pages and their server.

The show serves, and hardly ever asks: yet the package `aiohttp` brings its client with it, a tenth of the whole start.
So it is entered in `sys.modules` before it has run. Its modules for serving are imported as ever; whatever else is
wanted of it (`aiohttp.ClientSession`) has it run, once, at that moment.
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
    """A package of which nothing but its modules was wanted as yet."""

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
    """aiohttp's client makes TLS contexts as it is imported: every certificate of the system would be read for them."""
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
            package.__dict__["__version__"] = found[1]  # which its modules ask for
    sys.modules[name] = package


_enter("aiohttp")
