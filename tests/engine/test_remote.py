"""Which addresses a remote endpoint may have, and how it proves who it is."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.engine.remote import Caller, Result, public, resolve
from policygraph.errors import ServiceFailed, ServiceRefused
from tests.conftest import REPOSITORY
from tests.remote import JSON, Remote, remote, rows, solutions


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "172.16.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd00::2", "fe80::1",
        "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "145.100.1.1", "2a00:1450::1", "64:ff9b::101:101"])
def test_addresses_that_are_public(address: str) -> None:
    assert public(address)


@given(st.ip_addresses(v=4))
def test_an_address_within_an_address_is_as_public(address: IPv4Address) -> None:
    inner = int(address)
    for outer in (0xFFFF << 32 | inner, 0x2002 << 112 | inner << 80, 0x64FF9B << 96 | inner):
        assert public(str(IPv6Address(outer))) is public(str(address))


def test_every_address_of_a_name_has_to_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["1.1.1.1", "2a00:1450::1"]

    def getaddrinfo(_: str, port: int, **__: object) -> list[object]:
        return [(0, 0, 0, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert resolve("example.org", 80) == found
    found.append("10.0.0.1")
    with pytest.raises(ServiceRefused, match=r"example.org has the address 10\.0\.0\.1"):
        resolve("example.org", 80)
    with pytest.raises(ServiceRefused, match=r"localhost has the address"):
        resolve("localhost", 80)
    assert resolve("10.0.0.1", 80) == ["10.0.0.1"]


CERTIFICATE = REPOSITORY / "tests" / "engine" / "tls" / "localhost.pem"
"""For the name `localhost`, and signed by nobody but itself."""


@pytest.fixture
def names() -> list[object]:
    """The names under which the remote was asked for."""
    return []


@pytest.fixture
def secure(names: list[object]) -> Iterator[Remote]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _, name, __: names.append(name)
    with remote(context) as secure:
        secure.at("sparql", rows({"x": "A"}))
        yield secure


def asked(endpoint: str) -> Result:
    return asyncio.run(Caller((endpoint,), "test", 1 << 20).ask(endpoint, b"SELECT * {}"))


def test_a_certificate_has_to_be_trusted(secure: Remote) -> None:
    with pytest.raises(ServiceFailed, match="self-signed certificate"):
        asked(f"https://localhost:{secure.port}/sparql")
    assert not secure.came


def test_a_certificate_that_is_trusted_is_one_of_the_name(
    secure: Remote, names: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    found = asked(f"https://localhost:{secure.port}/sparql")
    assert found == Result(JSON, solutions({"x": "A"}))
    assert names == ["localhost"]
    assert secure.came[0].headers["host"] == f"localhost:{secure.port}"
    with pytest.raises(ServiceFailed, match="IP address mismatch"):
        asked(f"https://127.0.0.1:{secure.port}/sparql")


def test_tls_is_spoken_only_where_it_is_understood(secure: Remote) -> None:
    with remote() as plain:
        with pytest.raises(ServiceFailed, match="cannot be reached"):
            asked(f"https://localhost:{plain.port}/sparql")
        with pytest.raises(ServiceFailed):
            asked(f"http://localhost:{secure.port}/sparql")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("", "/"),
        ("/a b/\u00e9?q=\u00e9&r=%20'#x", "/a%20b/%C3%A9?q=%C3%A9&r=%20'"),
        ("/x?default-graph-uri=http://g/", "/x?default-graph-uri=http://g/"),
    ],
)
def test_an_iri_becomes_an_address(path: str, sent: str) -> None:
    with remote() as there:
        there.at(sent[1:], rows({"x": "A"}))
        assert asked(f"http://127.0.0.1:{there.port}{path}").media_type == JSON
