"""HTTP to one SPARQL server that others run: a connection that stays open, and who asks."""

from __future__ import annotations

import hashlib
import http.client
import secrets
import ssl
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from policygraph import __version__
from policygraph.errors import Unavailable

PASSWORD = "POLICYGRAPH_ENGINE_PASSWORD"  # noqa: S105  (the name of the variable)
"""The environment variable that holds the password."""

FORM = "application/x-www-form-urlencoded"

_REST = 4096
"""Bytes: the end of a chunked body, and blanks behind what a parser reads."""

Headers = Mapping[str, str]


class Client:
    """Sends requests to one server, one after the other.

    Knows Basic and Digest (RFC 7617, RFC 7616: MD5, `auth`), whichever the server wants.
    """

    def __init__(self, url: str, user: str = "", password: str = "", seconds: float = 60) -> None:
        self._parts = urlsplit(url)
        self._user = user
        self._password = password
        self._challenge: dict[str, str] | None = None
        self._count = 0
        self._last: http.client.HTTPResponse | None = None
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=seconds, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=seconds)

    def close(self) -> None:
        """End the connection; what is still being answered is given up."""
        self._connection.close()

    def query(
        self, text: str, accept: str, parameters: list[tuple[str, str]]
    ) -> http.client.HTTPResponse:
        """Return the response to a query (SPARQL 1.1 Protocol, 2.1.2); its body is not read."""
        body = urlencode([("query", text), *parameters]).encode()
        return self.send("POST", "", body, {"Accept": accept, "Content-Type": FORM})

    def send(
        self, method: str, parameters: str, body: bytes, headers: Headers
    ) -> http.client.HTTPResponse:
        """Return the response to a request; `parameters` go behind the address of the server.

        Raises Unavailable where none comes. What is left of the response before is given up.
        """
        path = self._parts.path or "/"
        query = "&".join(filter(None, (self._parts.query, parameters)))
        target = f"{path}?{query}" if query else path
        response = self._send(method, target, body, headers)
        if response.status == 401 and self._user and self._challenged(response):
            response.read()
            response = self._send(method, target, body, headers)
        return response

    def _send(
        self, method: str, target: str, body: bytes, headers: Headers
    ) -> http.client.HTTPResponse:
        self._finish()
        own = {"User-Agent": f"policygraph/{__version__}", **headers}
        if self._challenge:
            own["Authorization"] = self._authorization(method, target)
        again = self._connection.sock is not None
        try:
            try:
                return self._response(method, target, body, own)
            except (ConnectionError, http.client.BadStatusLine):
                self._connection.close()
                if not again:
                    raise
            # The server had closed a connection that was not used for a while.
            return self._response(method, target, body, own)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Unavailable(f"it does not answer: {reason}") from error

    def _response(
        self, method: str, target: str, body: bytes, headers: Headers
    ) -> http.client.HTTPResponse:
        self._connection.request(method, target, body, headers)
        self._last = self._connection.getresponse()
        return self._last

    def _finish(self) -> None:
        """Read what may be left behind the last answer, or give up the connection."""
        try:
            if self._last and not self._last.isclosed():
                self._last.read(_REST)
            if self._last and not self._last.isclosed():
                self._connection.close()
        except (OSError, http.client.HTTPException):
            self._connection.close()
        self._last = None

    def _challenged(self, response: http.client.HTTPResponse) -> bool:
        """Take what a server wants to know; False if it is nothing new, or nothing that we know."""
        before = self._challenge
        for value in response.headers.get_all("WWW-Authenticate", []):
            scheme, _, rest = value.strip().partition(" ")
            said = {"scheme": scheme.lower(), **parse_keqv_list(parse_http_list(rest))}
            if said["scheme"] == "digest" and said.get("algorithm", "MD5").upper() == "MD5":
                self._challenge, self._count = said, 0
                return before is None or before.get("nonce") != said.get("nonce")
            if said["scheme"] == "basic":
                self._challenge = said
        return before is None and self._challenge is not None

    def _authorization(self, method: str, target: str) -> str:
        said = self._challenge or {}
        if said["scheme"] == "basic":
            return "Basic " + b64encode(f"{self._user}:{self._password}".encode()).decode()
        self._count += 1
        count, ours = f"{self._count:08x}", secrets.token_hex(8)
        realm, nonce = said.get("realm", ""), said.get("nonce", "")
        who = _md5(f"{self._user}:{realm}:{self._password}")
        what = _md5(f"{method}:{target}")
        quality = "qop" in said
        middle = f"{nonce}:{count}:{ours}:auth" if quality else nonce
        fields = {
            "username": self._user,
            "realm": realm,
            "nonce": nonce,
            "uri": target,
            "response": _md5(f"{who}:{middle}:{what}"),
            **({"cnonce": ours} if quality else {}),
            **({"opaque": said["opaque"]} if "opaque" in said else {}),
        }
        pairs = ", ".join(f'{name}="{value}"' for name, value in fields.items())
        return f"Digest {pairs}" + (f", qop=auth, nc={count}" if quality else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def said(response: http.client.HTTPResponse) -> str:
    """Return the first line of what a server says about an error, without its markup."""
    text = response.read(4000).decode("utf-8", "replace").strip()
    first = text.splitlines()[0].strip() if text and not text.startswith("<") else ""
    return first[:300] or f"{response.status} {response.reason}"
