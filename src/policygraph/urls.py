"""The only place that builds an address: from an IRI to a page, and back.

Things are named below the portal's base IRI (`https://w3id.org/policygraph/id/...`), pages are
answered below wherever the server is reached (`http://127.0.0.1:8000/doc/...`). Every address is
returned as an absolute path, so pages work behind any host name.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from policygraph.namespaces import REFERENCES

_SAFE = "/:@!$&'()*+,;=~-._"
"""Characters that may stand in a path as they are (RFC 3986, section 3.3)."""

_DESCRIBED = frozenset({"country", "eurovoc", "language", "nuts", "resource-type", "sdg"})
"""Reference lists of others whose things are described here: places, goals, languages, subjects."""


def escaped(path: str) -> str:
    """Return a path as it may stand in a link: escaped, and never the name of a host."""
    return "/" + quote(path, safe=_SAFE).lstrip("/")


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses of one portal; `base` is its base IRI."""

    base: str

    def is_ours(self, iri: str) -> bool:
        """Whether the IRI is below the portal's base."""
        return iri.startswith(self.base)

    def thing(self, path: str) -> str:
        """Return the IRI behind a request path such as `/id/policy/x` (percent-encoding undone)."""
        return self.base + unquote(path.lstrip("/"))

    def page(self, iri: str, suffix: str = "") -> str | None:
        """Return the path of the page about an IRI of ours, or None for anybody else's.

        Hash IRIs of the ontology and the shapes lead to their place on those pages.
        """
        if not self.is_ours(iri):
            return None
        path = iri[len(self.base) :]
        if path.startswith(("ns#", "shapes#")):
            document, _, term = path.partition("#")
            return f"/{document}{'.' + suffix if suffix else ''}#{quote(term, safe=_SAFE)}"
        if path.startswith("id/"):
            path = "doc/" + path[3:]
        elif path.startswith("graph/"):
            path = "doc/" + path
        else:
            return "/" + quote(path, safe=_SAFE + "#")
        return "/" + quote(path, safe=_SAFE) + (f".{suffix}" if suffix else "")

    def about(self, iri: str, suffix: str = "") -> str | None:
        """Return the path of what we say about a thing, ours or somebody else's, else None.

        Things in the reference lists of others have a page here under the prefix of their list:
        `/doc/sdg:9`, `/doc/country:NLD`; without a name it is the list itself, `/doc/sdg:`.
        """
        for prefix, namespace in REFERENCES.items():
            if iri.startswith(namespace.rstrip("/")):
                name = iri[len(namespace) :]
                if prefix in _DESCRIBED and iri in (namespace + name, namespace.rstrip("/")):
                    place = f"/doc/{prefix}:{quote(name, safe=_SAFE)}"
                    return place + (f".{suffix}" if suffix else "")
        return self.page(iri, suffix)

    def described_by(self, path: str) -> str:
        """Return the IRI that a `/doc/...` path (without a format suffix) is about."""
        path = unquote(path).removeprefix("/doc/").removeprefix("doc/")
        prefix, colon, name = path.partition(":")
        if colon and prefix in _DESCRIBED:
            return REFERENCES[prefix] + name if name else REFERENCES[prefix].rstrip("/")
        return self.base + (path if path.startswith("graph/") else "id/" + path)

    def report(self, template: str, iri: str) -> str:
        """Return the address at which an error in a statement is reported, or nothing."""
        return template.replace("{iri}", quote(iri, safe=""))

    def download(self, name: str) -> str:
        """Return the path of a file of the release."""
        return "/download/" + quote(name, safe=_SAFE)

    def copy(self, edition: str, part: str = "") -> str:
        """Return the IRI under which another SPARQL server has a part of a release.

        Parts are `default` and `graph/{slug}`; without one it is the record of the copy.
        """
        return f"{self.base}releases/{edition}{'/' + part if part else ''}"

    def query(self, text: str) -> str:
        """Return the path that opens a query in the editor."""
        return "/sparql?" + urlencode({"query": text})
