"""How tablets find the page, and the certificate they meet."""

import ssl
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
import segno
from cryptography import x509
from product import playing

from stagelyric.testing.ports import free_port, two_free_ports
from stagelyric.web import joining, tls


def test_addresses_are_those_of_this_machine_on_its_networks() -> None:
    for address in joining.addresses():
        assert not ip_address(address).is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "tablet.localhost"])
def test_a_page_for_this_machine_alone_cannot_be_joined(host: str) -> None:
    assert joining.reachable(host) == []


def test_a_page_for_everybody_is_joined_by_address_and_by_name() -> None:
    assert joining.reachable("192.168.1.5") == ["192.168.1.5"]
    everywhere = joining.reachable("0.0.0.0")
    assert everywhere[:-1] == joining.addresses()
    assert everywhere[-1].endswith(".local")


def test_the_qr_code_holds_the_address() -> None:
    url = "https://192.168.1.5:7741/?name=drums"
    assert segno.make(url, error="m", micro=False).matrix  # what both pictures are of
    rows = joining.qr_text(url).splitlines()
    assert len({len(row) for row in rows if row}) == 1
    picture = joining.qr_svg(url)
    assert picture.startswith(b"<?xml")
    assert b"<svg" in picture


def test_a_certificate_is_made_once_and_anew_for_another_address(tmp_path: Path) -> None:
    folder = tmp_path / "https"
    tls.context(folder, ["192.168.1.5"])
    first = (folder / "page.pem").read_bytes()
    assert (folder / "page.pem").stat().st_mode & 0o077 == 0
    tls.context(folder, ["192.168.1.5"])
    assert (folder / "page.pem").read_bytes() == first
    made = tls.context(folder, ["10.0.0.2", "stage.local"])
    assert isinstance(made, ssl.SSLContext)
    certificate = x509.load_pem_x509_certificate((folder / "page.pem").read_bytes())
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in named.get_values_for_type(x509.IPAddress)}
    assert {"127.0.0.1", "192.168.1.5", "10.0.0.2"} <= addresses
    assert {"localhost", "stage.local"} <= set(named.get_values_for_type(x509.DNSName))
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 398


async def test_play_prints_how_tablets_join_and_serves_them_by_https(tmp_path: Path) -> None:
    here = two_free_ports(), free_port()
    async with playing(tmp_path, "--host", "0.0.0.0", "--https", "--pin", "1967", "--qr", ready=0, ports=here) as play:
        await play.until(lambda: "Ctrl-C" in play.printed and "\u2580" in play.printed)
        for host in joining.reachable("0.0.0.0"):
            assert f"https://{host}:{play.page + 1}/operator" in play.printed
        trusting = ssl.create_default_context(cafile=next(tmp_path.glob("data/*/https/page.pem")))
        async with aiohttp.ClientSession() as http:
            async with http.get(f"https://127.0.0.1:{play.page + 1}/api/state", ssl=trusting) as answer:
                assert (await answer.json())["song"] == "Harbour Lights"
            async with http.get(f"{play.url}/operator") as answer:
                assert answer.status == 200


@pytest.mark.parametrize("there", [b"", b"nonsense", tls.make(["127.0.0.1"])[:-200]])
def test_what_is_no_certificate_is_replaced(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "page.pem").write_bytes(there)
    tls.context(tmp_path, [])
    assert x509.load_pem_x509_certificate((tmp_path / "page.pem").read_bytes())
