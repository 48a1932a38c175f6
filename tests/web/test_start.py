"""What the pages' server imports: aiohttp's client only when somebody asks for it."""

import subprocess
import sys

_LOOK = """
import sys, stagelyric.web.server
assert "aiohttp.client" not in sys.modules and "aiohttp.web" in sys.modules
import aiohttp
assert aiohttp.web.Application and aiohttp.__version__ and "aiohttp.client" not in sys.modules
assert not hasattr(aiohttp, "__nothing__") and "aiohttp.client" not in sys.modules
from aiohttp import ClientSession
assert aiohttp.ClientSession is ClientSession is sys.modules["aiohttp.client"].ClientSession
assert not hasattr(aiohttp, "nothing") and aiohttp.__all__ and type(aiohttp) is type(sys)
"""


def test_the_client_is_imported_when_it_is_asked_for() -> None:
    subprocess.run([sys.executable, "-c", _LOOK], check=True, timeout=60)
