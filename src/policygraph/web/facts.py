"""Triples as a page reads them: values, labels in a language, links that are safe to follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policygraph.namespaces import DCT, FOAF, PG, PG_NS, RDF, RDFS, SKOS
from policygraph.terms import BlankNode, Literal, NamedNode, Node, Term, Triple
from policygraph.urls import Urls

GOALS = "http://metadata.un.org/sdg/"

LABELS = (SKOS.prefLabel, RDFS.label, DCT.title, FOAF.name)
"""What may name a thing, best first."""

FALLBACK = ("en", "nl", "fr")
"""Languages tried after the asked one; then any other, then text without a language."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, with its language where it is not the one of the page."""

    value: str
    lang: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Link:
    """A thing with its label; `href` is None where following it would lead nowhere or be unsafe."""

    iri: str
    text: Text
    href: str | None
    external: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A literal with its language (where it is not the page's) and datatype IRI."""

    text: Text
    datatype: str = ""


class Facts:
    """What a set of triples says, read in one language."""

    def __init__(
        self,
        triples: Iterable[Triple],
        language: str,
        urls: Urls,
        prefixes: Mapping[str, str],
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language
        self._urls = urls
        self._names = names or {}
        self._prefixes = sorted(prefixes.items(), key=lambda pair: -len(pair[1]))
        self._said: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._links: dict[str, Link] = {}
        for subject, predicate, term in dict.fromkeys(triples):
            key, by = node_key(subject), predicate.value
            self._said[key][by].append(term)
            if isinstance(term, NamedNode):
                self._pointing[by, term.value].append(key)

    def subjects(self, type_: str | None = None) -> list[str]:
        """Return the things that something is said of; with `type_`, those of that class."""
        if type_ is None:
            return list(self._said)
        return self.pointing(RDF.type, type_)

    def predicates(self, subject: str) -> list[str]:
        """Return the predicates with which something is said of a thing."""
        return list(self._said.get(subject, {}))

    def values(self, subject: str, predicate: str) -> list[Term]:
        """Return what is said of a thing with one predicate."""
        return self._said.get(subject, {}).get(predicate, [])

    def iris(self, subject: str, *predicates: str) -> list[str]:
        """Return the IRIs (not the literals) that a thing points to, each once, sorted."""
        found = {
            term.value
            for predicate in predicates
            for term in self.values(subject, predicate)
            if isinstance(term, NamedNode)
        }
        return sorted(found)

    def pointing(self, predicate: str, target: str) -> list[str]:
        """Return the things that point to another with one predicate."""
        return list(self._pointing.get((predicate, target), ()))

    def plain(self, subject: str, predicate: str) -> str:
        """Return the first literal, in a fixed order, or nothing."""
        found = [t.value for t in self.values(subject, predicate) if isinstance(t, Literal)]
        return min(found, default="")

    def number(self, subject: str, predicate: str) -> int | None:
        """Return the first literal as an integer, or None if it is none."""
        text = self.plain(subject, predicate)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def text(self, subject: str, *predicates: str) -> Text:
        """Return the text of the first predicate that has one, in the best language."""
        for predicate in predicates:
            found = [t for t in self.values(subject, predicate) if isinstance(t, Literal)]
            if found:
                return self._told(min(found, key=self._rank))
        return Text("")

    def original(self, subject: str, predicate: str) -> Text:
        """Return the text whatever its language is: names are repeated, never translated."""
        return self.text(subject, predicate)

    def label(self, iri: str) -> Text:
        """Return the label of a thing in the best language, else its shortened IRI.

        Terms of well-known vocabularies have a name even where the graph gives none.
        """
        return self.text(iri, *LABELS) or Text(self._names.get(iri) or self.short(iri))

    def link(self, iri: str) -> Link:
        """Return a thing as a link: to its page if there is one here, else to its address."""
        if iri not in self._links:
            self._links[iri] = self._link(iri)
        return self._links[iri]

    def _link(self, iri: str) -> Link:
        page = self._urls.about(iri)
        if page is not None:
            return Link(iri, self.label(iri), page)
        safe = iri.startswith(("http://", "https://"))
        return Link(iri, self.label(iri), iri if safe else None, external=True)

    def links(self, subject: str, *predicates: str) -> list[Link]:
        """Return the things that a thing points to, by label."""
        links = [self.link(iri) for iri in self.iris(subject, *predicates)]
        return sorted(links, key=lambda link: link.text.value.casefold())

    def kinds(self, iri: str) -> list[Link]:
        """Return what a thing is: in our own words where we have one, else in those of others."""
        links = self.links(iri, RDF.type)
        ours = [x for x in links if x.iri.startswith(PG_NS) and x.iri != PG.PolicyElement]
        return ours or [x for x in links if x.iri != SKOS.Concept] or links

    def value(self, term: Term) -> Link | Value:
        """Return any term as a page shows it."""
        if isinstance(term, NamedNode):
            return self.link(term.value)
        if isinstance(term, BlankNode):
            return Link(node_key(term), self.label(node_key(term)), None)
        return Value(self._told(term), "" if term.language else term.datatype.value)

    def short(self, iri: str) -> str:
        """Return an IRI with its prefix where one is known."""
        for name, namespace in self._prefixes:
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{name}:{iri[len(namespace) :]}"
        return iri

    def _told(self, literal: Literal) -> Text:
        language = literal.language or ""
        return Text(literal.value, language if language != self.language else "")

    def _rank(self, literal: Literal) -> tuple[int, str, str]:
        language = literal.language or ""
        order = (self.language, *FALLBACK)
        place = order.index(language) if language in order else len(order) + (language == "")
        return place, language, literal.value


def mentioned(triples: Iterable[Triple]) -> set[str]:
    """Return every IRI that occurs: subjects, predicates and objects."""
    return {term.value for triple in triples for term in triple if isinstance(term, NamedNode)}


def node_key(node: Node) -> str:
    """Return the IRI, or `_:label` for a blank node."""
    return node.value if isinstance(node, NamedNode) else f"_:{node.value}"


def goal_number(iri: str) -> str:
    """Return the number of a goal or target of the UN; nothing for anything else."""
    return iri.removeprefix(GOALS) if iri.startswith(GOALS) else ""
