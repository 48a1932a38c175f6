"""The pages and their server.

aiohttp makes a client's TLS contexts when it is imported, and reads every certificate of the system for them: a
twelfth of the whole start, for connections that the show never makes. So it is imported here, and finds none.
"""

import os

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_given = {name: os.environ.get(name) for name in _CERTIFICATES}
os.environ.update(dict.fromkeys(_CERTIFICATES, os.devnull))
try:
    import aiohttp  # noqa: F401
finally:
    for _name, _value in _given.items():
        if _value is None:
            del os.environ[_name]
        else:
            os.environ[_name] = _value
