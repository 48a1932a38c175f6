"""https on a network without domain names: a self-signed certificate of this machine.

Only on a secure page does a browser keep the screen awake and the page available while the server is away. The
certificate is kept, so that a tablet that was once told to trust it is not asked again next week.
"""

import os
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

DAYS = 397  # the longest validity that browsers accept
RENEW = timedelta(days=14)


def context(folder: Path, hosts: Iterable[str]) -> ssl.SSLContext:
    """A server's TLS context with the certificate in `folder`, which is made if there is none that is valid for
    `hosts`.

    Raises OSError if the folder can't be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "page.pem"
    wanted = {"localhost", "127.0.0.1", "::1", socket.gethostname().lower(), *hosts}
    known = _hosts(file)
    if not wanted <= known:
        _write(file, make(sorted(wanted | known)))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(file)
    return made


def make(hosts: Iterable[str]) -> bytes:
    """A new key and its certificate for these names and addresses, in PEM. It can't sign other certificates."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stagelyric on this machine")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a tablet's clock may be slow
        .not_valid_after(now + timedelta(days=DAYS - 1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(host: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _hosts(file: Path) -> set[str]:
    """The names and addresses in the stored certificate; empty if there is none or it expires soon."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        if certificate.not_valid_after_utc - datetime.now(UTC) < RENEW:
            return set()
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return set()
    return {str(value) for kind in (x509.DNSName, x509.IPAddress) for value in named.get_values_for_type(kind)}


def _write(file: Path, content: bytes) -> None:
    """Writes a file that nobody else can read at any moment."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    part.replace(file)
