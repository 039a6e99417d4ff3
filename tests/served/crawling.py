"""Walk through a server like a harvester: a few connections, each address once."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urldefrag, urljoin, urlsplit, urlunsplit

import httpx
import pyoxigraph as ox

CONNECTIONS = 4
TRIES = 3
THINGS = ("/id/", "/graph/")
"""Paths of what is no document, so that its address leads to one (303)."""
FORMATS: Mapping[str, tuple[str, ox.RdfFormat | None]] = {
    "html": ("text/html", None),
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
_HREF = re.compile(r'\shref="([^"]*)"')
_ID = re.compile(r'\sid="([^"]*)"')


@dataclass
class Crawler:
    """What was seen of a server so far."""

    client: httpx.AsyncClient
    base: str
    """The namespace whose IRIs the server answers for."""
    iris: int = 0
    """How many IRIs were asked for."""
    answers: Counter[int] = field(default_factory=Counter)
    links: dict[str, str] = field(default_factory=dict)
    """Addresses that pages link to, with fragment, each with one page that does."""
    anchors: dict[str, set[str]] = field(default_factory=dict)
    """The places within each page."""
    wrong: list[str] = field(default_factory=list)

    def blame(self, where: str, what: str) -> None:
        self.wrong.append(f"{where}: {what}")

    async def get(self, address: str, media_type: str = "*/*") -> httpx.Response:
        """Fetch it; who is told that the server is busy comes back, as a harvester does."""
        for _ in range(TRIES):
            response = await self.client.get(address, headers={"Accept": media_type})
            self.answers[response.status_code] += 1
            if response.status_code != 503:
                break
            await asyncio.sleep(float(response.headers["retry-after"]))
        return response

    async def document(self, path: str, iris: set[str], formats: Iterable[str]) -> None:
        """Dereference IRIs of one document, in some formats: what is answered describes them."""
        self.iris += len(set(iris))
        for name in formats:
            media_type, format_ = FORMATS[name]
            where = f"{path} as {name}"
            response = await self.get(path, media_type)
            self.varies(where, response)
            if path.startswith(THINGS) and response.status_code != 303:
                self.blame(where, f"{response.status_code}, not 303")
                continue
            while response.is_redirect:
                response = await self.get(response.headers["location"], media_type)
            if response.status_code != 200:
                self.blame(where, f"{response.status_code}")
                continue
            if response.headers["content-type"].partition(";")[0] != media_type:
                self.blame(where, f"is {response.headers['content-type']}")
                continue
            self.linked(where, path, response)
            if format_ is not None:
                self.described(where, response, iris, format_)
                continue
            self.page(response)
            places = self.anchors[without_fragment(str(response.url))]
            wanted = {iri.partition("#")[2] for iri in iris} - {""}
            # The page about VoID is the one of its graph: its partitions are for machines.
            if path != "/.well-known/void" and not wanted <= places:
                self.blame(where, f"has no place for {sorted(wanted - places)}")

    def varies(self, where: str, response: httpx.Response) -> None:
        """Whether the answer says that Accept decides; a version leads to the terms always."""
        leads_always = re.fullmatch(r"/(ns|shapes)/.+", urlsplit(str(response.url)).path)
        if not leads_always and "Accept" not in response.headers.get("vary", "").split(", "):
            self.blame(where, f"Vary is {response.headers.get('vary')!r}")

    def linked(self, where: str, path: str, response: httpx.Response) -> None:
        """Whether its Link header leads to the same as RDF, and to the thing or to the graph.

        What is said of the dataset (`/`) is another document.
        """
        found: dict[str, set[str]] = {}
        for link in links(response):
            found.setdefault(link["rel"], set()).add(link["url"])
            if link["rel"] in ("alternate", "describedby"):
                self.links.setdefault(urljoin(str(response.url), link["url"]), where)
        types = {link.get("type") for link in links(response) if link["rel"] == "alternate"}
        wanted = {media_type for name, (media_type, _) in FORMATS.items() if name != "html"}
        if path != "/" and not types >= wanted:
            self.blame(where, f"Link has alternates {sorted(map(str, types))}")
        if path.startswith(THINGS):
            iri = quote(self.base + unquote(path[1:]), safe=":/?#[]@!$&'()*+,;=%~-._")
            if not {iri} == found.get("canonical") == found.get("describes"):
                self.blame(where, f"Link describes {found.get('describes')}")
        elif path not in ("/", "/.well-known/void") and "describedby" not in found:
            self.blame(where, "Link has no describedby")

    def page(self, response: httpx.Response) -> None:
        """Read a page: its links and places."""
        address = without_fragment(str(response.url))
        if address not in self.anchors:
            self.anchors[address] = set(map(html.unescape, _ID.findall(response.text)))
            for href in map(html.unescape, _HREF.findall(response.text)):
                self.links.setdefault(urljoin(address, href), address)

    def described(
        self, where: str, response: httpx.Response, iris: Iterable[str], format_: ox.RdfFormat
    ) -> None:
        """What it says is about the things."""
        said = ox.parse(response.content, format=format_, base_iri=str(response.url))
        mentioned = {term for quad in said for term in (quad.subject, quad.predicate, quad.object)}
        missing = [iri for iri in iris if ox.NamedNode(iri) not in mentioned]
        if missing:
            self.blame(where, f"{len(mentioned)} terms, but not {missing[:5]}")

    async def each(self, jobs: Iterable[Awaitable[None]]) -> None:
        """Do the jobs, some at a time."""
        waiting = iter(jobs)

        async def work() -> None:
            for job in waiting:
                await job

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    async def follow(self, wanted: Callable[[str], bool]) -> None:
        """Visit what pages link to, and what those link to, each address once."""
        visited = set(self.anchors)
        while True:
            own = {
                without_fragment(link): page
                for link, page in self.links.items()
                if self.is_ours(link)
            }
            new = sorted(link for link in own if wanted(link) and link not in visited)
            if not new:
                break
            visited.update(new)
            await self.each([self.visit(link, own[link]) for link in new])
        for link, page in self.links.items():
            address, _, fragment = link.partition("#")
            if fragment and fragment not in self.anchors.get(address, {fragment}):
                self.blame(page, f"{link} is no place on that page")

    async def visit(self, address: str, source: str) -> None:
        response = await self.get(address, "text/html,*/*;q=0.8")
        if response.is_redirect:
            response = await self.get(response.headers["location"], "text/html,*/*;q=0.8")
        if response.status_code != 200 and not (response.status_code == 403 and calls(address)):
            self.blame(source, f"{address} is {response.status_code}")
        elif response.headers["content-type"].startswith("text/html"):
            # Forms lead to themselves, filled in otherwise, without end.
            if not response.url.query:
                self.page(response)
        elif (
            "/download/" in address
            and "manifest" not in address
            and response.headers["etag"] != checksum(response)
        ):
            self.blame(address, "has another checksum than its entity tag")

    def is_ours(self, link: str) -> bool:
        return urlsplit(link).netloc == self.client.base_url.netloc.decode()


def calls(address: str) -> bool:
    """Whether it is a query that calls another endpoint: the editor opens with the refusal."""
    parts = urlsplit(address)
    return parts.path == "/sparql" and "SERVICE <" in parse_qs(parts.query).get("query", [""])[0]


def checksum(response: httpx.Response) -> str:
    return f'"{hashlib.sha256(response.content).hexdigest()}"'


def documents(base: str, iris: Iterable[str]) -> dict[str, set[str]]:
    """The IRIs by the path that a client asks for: a fragment is not sent."""
    found: dict[str, set[str]] = {}
    for iri in iris:
        path = "/" + quote(urldefrag(iri).url.removeprefix(base), safe="/:@!$&'()*+,;=~-._")
        found.setdefault(path, set()).add(iri)
    return found


def links(response: httpx.Response) -> list[dict[str, str]]:
    """The Link header, taken apart (RFC 8288)."""
    found = []
    for element in re.split(r",\s*(?=<)", response.headers.get("link", "")):
        target, _, rest = element.partition(">")
        found.append(
            {"url": target.lstrip("<"), "rel": ""} | dict(re.findall(r'(\w+)="([^"]*)"', rest))
        )
    return found


def without_fragment(address: str) -> str:
    return urlunsplit(urlsplit(address)._replace(fragment=""))
