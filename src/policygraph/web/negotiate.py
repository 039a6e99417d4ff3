"""Which representation and which language a client gets (RFC 9110, sections 12.4 and 12.5).

Everything here is pure: header values and offers in, the chosen offer out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from policygraph.errors import NotAcceptable
from policygraph.formats import Format, named


class Offer(Protocol):
    """Something that can be sent: what it is called, and what else clients call it."""

    @property
    def name(self) -> str:
        """Return the name that `?format=` knows."""

    @property
    def media_type(self) -> str:
        """Return the media type that the answer has."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return further media types that ask for it, by name only and never by a wildcard."""


O = TypeVar("O", bound=Offer)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Page:
    """An offer that is no RDF format: a page for people, or an error."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()


HTML = Page("html", "text/html", ("application/xhtml+xml",))
JSON = Page("json", "application/json")
PROBLEM = Page("json", "application/problem+json", ("application/json",))
TEXT = Page("text", "text/plain")

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PARAMETER = re.compile(r';\s*([^\s=;,"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)')
_QUALITY = re.compile(r"\d*\.?\d*")

# Names that other endpoints and their clients use for the same formats.
_OTHER_NAMES = {
    "turtle": "ttl",
    "n3": "ttl",  # all Turtle is N3
    "n-triples": "nt",
    "ntriples": "nt",
    "json-ld": "jsonld",
    "rdfxml": "rdf",
    "rdf+xml": "rdf",
    "rdf/xml": "rdf",
    "n-quads": "nq",
    "nquads": "nq",
    "sparql-json": "json",
    "sparql-xml": "xml",
}


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of an Accept header with its quality from 0 to 1."""

    type: str
    subtype: str
    parameters: Mapping[str, str]
    quality: float

    def specificity(self, media_type: str) -> int | None:
        """Return how exactly it names the media type (0 for */* to 3), or None if it does not."""
        main, _, sub = media_type.partition("/")
        if self.type == "*":
            return 0
        if self.type != main:
            return None
        if self.subtype == "*":
            return 1
        if self.subtype != sub:
            return None
        charset = self.parameters.get("charset", "utf-8")
        # A profile is a wish that a server may leave aside (JSON-LD 1.1, section C), and our CSV
        # has a header (RFC 4180); any other parameter asks for something that we do not have.
        header = self.parameters.get("header", "present")
        known = {"charset", "profile", "header"}
        if charset.lower() != "utf-8" or header != "present" or self.parameters.keys() - known:
            return None
        return 3 if self.parameters else 2


def parse_accept(header: str | None) -> list[Range]:
    """Return the media ranges of an Accept header; what cannot be read is left out."""
    ranges = []
    for element in _ELEMENT.findall(header or ""):
        name = element.partition(";")[0].strip().lower()
        # Java's HttpURLConnection sends a lone star.
        main, _, sub = ("*/*" if name == "*" else name).partition("/")
        if not main or not sub or (main == "*" and sub != "*"):
            continue
        parameters = {n.lower(): _unquoted(v) for n, v in _PARAMETER.findall(element)}
        quality = _quality(parameters.pop("q", "1"))
        if quality is not None:
            ranges.append(Range(main, sub, parameters, quality))
    return ranges


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _quality(text: str) -> float | None:
    if not _QUALITY.fullmatch(text) or text in ("", "."):
        return None
    return min(float(text), 1.0)


def choose(accept: str | None, offers: Sequence[O]) -> O | None:
    """Return the offer that the client likes best, or None if it takes none (RFC 9110, 12.5.1).

    Of equals, the one that it names more exactly wins, then the one that stands first. Without a
    header (or with one that says nothing) it is the first.
    """
    ranges = parse_accept(accept)
    if not ranges:
        return offers[0] if offers else None
    best: tuple[float, int] = (0.0, -1)
    chosen: O | None = None
    for offer in offers:
        rank = max([_rank(ranges, offer.media_type), *(_rank(ranges, a, 2) for a in offer.aliases)])
        if rank[0] > 0 and rank > best:
            best, chosen = rank, offer
    return chosen


def _rank(ranges: Sequence[Range], media_type: str, least: int = 0) -> tuple[float, int]:
    """Return the quality that the most specific matching range gives, and its specificity."""
    found: tuple[int, float] = (-1, 0.0)
    for range_ in ranges:
        specificity = range_.specificity(media_type)
        if specificity is not None and specificity >= least:
            found = max(found, (specificity, range_.quality))
    return found[1], min(found[0], 2)


def format_named(name: str, among: tuple[Format, ...]) -> Format | None:
    """Return the format that a `format=` value means, or None if it is none of these."""
    # A plus sign in a query string has become a space: application/ld json.
    wanted = name.strip().lower().replace(" ", "+")
    return named(_OTHER_NAMES.get(wanted, wanted), among)


def pick(accept: str | None, asked: str | None, offers: Sequence[Format | Page]) -> Format | Page:
    """Return what to send: `asked` (a suffix or `?format=`) wins over the Accept header.

    Raises NotAcceptable, naming what there is.
    """
    if asked:
        for page in offers:
            if isinstance(page, Page) and page.name == asked.strip().lower():
                return page
        chosen = format_named(asked, tuple(o for o in offers if isinstance(o, Format)))
        if chosen is None:
            names = ", ".join(o.name for o in offers)
            raise NotAcceptable(f"There is no format {asked!r} here; there are {names}.")
        return chosen
    accepted = choose(accept, offers)
    if accepted is None:
        types = ", ".join(o.media_type for o in offers)
        raise NotAcceptable(f"None of the accepted types can be given; there are {types}.")
    return accepted


def choose_language(header: str | None, asked: str | None, languages: Sequence[str]) -> str:
    """Return one of `languages`: the asked one, else by Accept-Language, else the first.

    RFC 9110, 12.5.4 with basic filtering (RFC 4647, 3.3.1): `nl-BE` is answered in nl.
    """
    if asked in languages:
        return str(asked)
    best, chosen = 0.0, languages[0]
    for element in (header or "").split(","):
        tag, _, rest = element.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(rest.strip().removeprefix("q=").strip() or "1")
        if language in languages and quality is not None and quality > best:
            best, chosen = quality, language
    return chosen
