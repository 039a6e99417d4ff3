"""What changed, in words of policy, in Dutch or English: as text, JSON, a page or Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Any

from policygraph.diff import Change, Difference
from policygraph.editions import Edition
from policygraph.namespaces import (
    CV,
    DCAT,
    DCT,
    ELI,
    PG,
    RDF,
    SKOS,
    XSD,
    prefixes,
)
from policygraph.terms import BlankNode, Literal, NamedNode, Term, Triple
from policygraph.turtle import write_turtle

LONGEST = 160
"""Characters of a text that a line shows; JSON has all of it."""

AS = "https://www.w3.org/ns/activitystreams#"

_CLASSES: dict[str, tuple[str, str]] = {
    PG.PolicyDocument: ("beleidsdocument", "policy"),
    PG.Principle: ("uitgangspunt", "principle"),
    PG.Pillar: ("pijler", "pillar"),
    PG.ActionPoint: ("actiepunt", "action point"),
    PG.Goal: ("doel", "goal"),
    PG.Risk: ("risico", "risk"),
    PG.KeyTakeaway: ("les voor anderen", "key takeaway"),
    PG.ImpactAssessment: ("impactscore", "impact score"),
    PG.SDGAlignment: ("verband met een SDG", "SDG link"),
    PG.Stakeholder: ("betrokkene", "stakeholder"),
    PG.StakeholderGroup: ("groep betrokkenen", "group of stakeholders"),
    PG.Initiative: ("initiatief", "initiative"),
    PG.ReferencedDocument: ("genoemd document", "named document"),
    PG.PrincipleTheme: ("thema", "theme"),
    PG.InstrumentType: ("instrument", "instrument"),
    SKOS.Concept: ("begrip", "concept"),
    CV.Participation: ("betrokkenheid", "participation"),
    RDF.Statement: ("uitspraak", "statement"),
    ELI.Expression: ("taalversie", "language version"),
    ELI.Manifestation: ("bestand", "file"),
    DCT.PeriodOfTime: ("periode", "period"),
    DCAT.Dataset: ("graaf", "graph"),
    "": ("", ""),
}

_PROPERTIES: dict[str, tuple[str, str]] = {
    SKOS.prefLabel: ("naam", "name"),
    PG.officialName: ("naam in het document", "name in the document"),
    DCT.title: ("titel", "title"),
    PG.order: ("volgorde", "order"),
    PG.inPillar: ("pijler", "pillar"),
    DCT.description: ("beschrijving", "description"),
    RDF.type: ("soort", "type"),
}

_SAID: dict[str, tuple[str, str]] = {
    "added": ("toegevoegd", "added"),
    "removed": ("verwijderd", "removed"),
    "address": ("ander adres: {old} -> {new}", "address changed: {old} -> {new}"),
    "renamed": ("andere {property}: {old} -> {new}", "renamed ({property}): {old} -> {new}"),
    "moved": ("verplaatst ({property}): {old} -> {new}", "moved ({property}): {old} -> {new}"),
    "status": ("stand veranderd van {old} in {new}", "status changed from {old} to {new}"),
    "theme": ("thema veranderd van {old} in {new}", "theme changed from {old} to {new}"),
    "instrument": (
        "instrument veranderd van {old} in {new}",
        "instrument changed from {old} to {new}",
    ),
    "party-added": ("betrokkene toegevoegd: {new}", "participation added: {new}"),
    "party-removed": ("betrokkene verwijderd: {old}", "participation removed: {old}"),
    "sdg-added": ("verband met SDG toegevoegd: {new}", "SDG link added: {new}"),
    "sdg-removed": ("verband met SDG verwijderd: {old}", "SDG link removed: {old}"),
    "evidence": (
        "bewijsniveau veranderd van {old} in {new}",
        "evidence level changed from {old} to {new}",
    ),
    "relation-added": ("relatie toegevoegd: {property} {new}", "relation added: {property} {new}"),
    "relation-removed": (
        "relatie verwijderd: {property} {old}",
        "relation removed: {property} {old}",
    ),
    "changed": ("{property}: {old} -> {new}", "{property}: {old} -> {new}"),
}

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Wat er veranderd is", "What changed"),
    "old": ("Van", "From"),
    "new": ("Naar", "To"),
    "same": ("Er is niets veranderd.", "Nothing changed."),
    "shared": ("Wat beleidsdocumenten delen", "What policies share"),
    "sum": ("Veranderingen: {n}", "Changes: {n}"),
    "graph": (
        "Graaf {slug}: van {old} naar {new} uitspraken",
        "Graph {slug}: from {old} to {new} statements",
    ),
    "remarks": ("Opmerkingen", "Remarks"),
    "unnamed": (
        "Uitspraken met blank nodes, alleen geteld: van {old} naar {new}",
        "Statements with blank nodes, only counted: from {old} to {new}",
    ),
    "flat": (
        "Eén kant heeft geen benoemde grafen; wat een uitgave toevoegt is naar beste weten "
        "weggelaten.",
        "One side has no named graphs; what a release adds was left out as far as it can be told.",
    ),
    "none": ("(geen)", "(none)"),
    "release": ("uitgave", "release"),
    "version": ("versie", "version"),
}

_STYLE = (
    "body{max-width:50rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 Georgia,serif}"
    "h1,h2,code,dl{font-family:system-ui,sans-serif}h2{margin-top:2rem;font-size:1.15rem}"
    "li{margin:.35rem 0;overflow-wrap:anywhere}dt{color:#555}"
    "@media(prefers-color-scheme:dark){body{background:#16181a;color:#e9e6df}a{color:#7cc7d9}"
    "dt{color:#aaa69c}}"
)

Labels = Mapping[str, Mapping[str, str]]


class Words:
    """A difference as people of one language read it.

    `names` gives labels (IRI to language to text) for what neither edition names.
    """

    def __init__(self, difference: Difference, language: str, names: Labels | None = None) -> None:
        self.difference = difference
        self._at = ("nl", "en").index(language)
        self.language = language
        self._labels = {
            **(names or {}), **difference.old.labels(), **difference.new.labels()
        }  # fmt: skip

    def say(self, key: str, **values: object) -> str:
        """Return a text of the report itself."""
        return _TEXTS[key][self._at].format(**values)

    def name(self, iri: str) -> str:
        """Return what a thing is called: its label, else its address with a known prefix."""
        names = self._labels.get(iri, {})
        other = ("en", "nl", "fr", "")
        for language in (self.language, *other, *sorted(names)):
            if language in names:
                return names[language]
        return self._short(iri)

    @cached_property
    def _namespaces(self) -> list[tuple[str, str]]:
        known = prefixes(self.difference.new.base)
        return sorted(known.items(), key=lambda pair: -len(pair[1]))

    def _short(self, iri: str) -> str:
        for prefix, namespace in self._namespaces:
            if iri.startswith(namespace) and iri != namespace:
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def thing(self, change: Change) -> str:
        """Return what a change is about, such as `action point 1.2 “Join the consortium”`."""
        known = _CLASSES.get(change.type)
        kind = known[self._at] if known else self.name(change.type)
        if change.thing == change.policy:  # the heading says which
            return kind
        return " ".join(part for part in (kind, change.number, self._quoted(change.thing)) if part)

    def _quoted(self, iri: str) -> str:
        return f"“{_cut(self.name(iri))}”" if iri in self._labels else self.name(iri)

    def property(self, iri: str) -> str:
        """Return what a property is called."""
        known = _PROPERTIES.get(iri)
        return known[self._at] if known else self.name(iri)

    def value(self, term: Term) -> str:
        """Return a value as a line shows it."""
        if isinstance(term, Literal):
            text = f"“{_cut(term.value)}”" if term.datatype.value not in _BARE else term.value
            return f"{text} ({term.language})" if term.language else text
        return self.name(term.value)

    def sentence(self, change: Change) -> str:
        """Return what happened to the thing, without saying which."""
        show = self._short_value if change.kind == "address" else self.value
        between = ": " if change.kind.startswith("party") else ", "
        old, new = (
            between.join(map(show, terms)) or self.say("none") for terms in (change.old, change.new)
        )
        text = _SAID[change.kind][self._at].format(
            property=self.property(change.property), old=old, new=new
        )
        parts = [f"{self._class(kind)}: {n}" for kind, n in change.parts.items()]
        return f"{text} ({', '.join(parts)})" if parts else text

    def _class(self, iri: str) -> str:
        known = _CLASSES.get(iri)
        return known[self._at] if known and iri else self.name(iri)

    def _short_value(self, term: Term) -> str:
        return self._short(term.value)

    def line(self, change: Change) -> str:
        """Return a change as one line."""
        return f"{self.thing(change)}: {self.sentence(change)}"

    def groups(self) -> Iterator[tuple[str, str, list[Change]]]:
        """Yield each policy ("" for what policies share), its title and its changes."""
        for policy, changes in groupby(self.difference.changes, key=lambda c: c.policy):
            yield policy, self.name(policy) if policy else self.say("shared"), list(changes)

    def edition(self, edition: Edition) -> str:
        """Return which edition it is."""
        about = [edition.name]
        if edition.release:
            about.append(f"{self.say('release')} {edition.release}")
        if edition.version:
            about.append(f"{self.say('version')} {edition.version} ({edition.date})")
        return ", ".join(about)

    def remarks(self) -> list[str]:
        """Return what is only counted, and what limits the comparison."""
        found = [
            self.say("graph", slug=slug, old=old, new=new)
            for slug, old, new in self.difference.graphs
        ]
        before, after = self.difference.unnamed
        if before or after:
            found.append(self.say("unnamed", old=before, new=after))
        if self.difference.flat:
            found.append(self.say("flat"))
        return found


_BARE = frozenset({XSD.integer, XSD.decimal, XSD.date, XSD.gYear, XSD.gYearMonth, XSD.boolean})


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1].rstrip() + "…"


def as_text(words: Words) -> str:
    """Return the report as lines for a terminal."""
    difference = words.difference
    lines = [
        f"{words.say('old')}: {words.edition(difference.old)}",
        f"{words.say('new')}: {words.edition(difference.new)}",
    ]
    for policy, title, changes in words.groups():
        lines += ["", f"{title}  <{policy}>" if policy else title]
        lines += [f"  {words.line(change)}" for change in changes]
    lines += ["", *words.remarks()]
    lines.append(
        words.say("same") if difference.same else words.say("sum", n=len(difference.changes))
    )
    return "\n".join(lines) + "\n"


def as_json(words: Words) -> str:
    """Return the report as JSON; values have the form of SPARQL 1.1 JSON results."""
    difference = words.difference
    report = {
        "old": _edition(difference.old),
        "new": _edition(difference.new),
        "same": difference.same,
        "language": words.language,
        "policies": [
            {
                "policy": policy or None,
                "title": title,
                "changes": [_change(words, change) for change in changes],
            }
            for policy, title, changes in words.groups()
        ],
        "graphs": [{"graph": slug, "old": a, "new": b} for slug, a, b in difference.graphs],
        "blank": {"old": difference.unnamed[0], "new": difference.unnamed[1]},
        "flat": difference.flat,
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _edition(edition: Edition) -> dict[str, str]:
    about = {"name": edition.name, "release": edition.release, "version": edition.version}
    return {key: value for key, value in (about | {"date": edition.date}).items() if value}


def _change(words: Words, change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "thing": change.thing,
        "class": change.type or None,
        "label": words.name(change.thing),
        "number": change.number or None,
        "property": change.property or None,
        "old": [_term(words, term) for term in change.old],
        "new": [_term(words, term) for term in change.new],
        "parts": dict(change.parts),
        "text": words.line(change),
    }


def _term(words: Words, term: Term) -> dict[str, str]:
    if not isinstance(term, Literal):
        return {"type": "uri", "value": term.value, "label": words.name(term.value)}
    about = {"type": "literal", "value": term.value}
    if term.language:
        return about | {"xml:lang": term.language}
    return about if term.datatype.value == XSD.string else about | {"datatype": term.datatype.value}


def as_html(words: Words) -> str:
    """Return the report as a page that needs nothing else; foreign text is escaped."""
    difference = words.difference
    body = [
        f"<h1>{words.say('title')}</h1>\n<dl>",
        f"<dt>{words.say('old')}</dt><dd>{escape(words.edition(difference.old))}</dd>",
        f"<dt>{words.say('new')}</dt><dd>{escape(words.edition(difference.new))}</dd>\n</dl>",
    ]
    count = words.say("sum", n=len(difference.changes))
    body.append(f"<p>{words.say('same') if difference.same else count}</p>")
    for policy, title, changes in words.groups():
        body.append(f"<h2>{_link(policy, title)}</h2>\n<ul>")
        for change in changes:
            sentence = escape(words.sentence(change))
            body.append(f"<li>{_link(change.thing, words.thing(change))}: {sentence}</li>")
        body.append("</ul>")
    if remarks := words.remarks():
        body.append(f"<h2>{words.say('remarks')}</h2>\n<ul>")
        body += [f"<li>{escape(remark)}</li>" for remark in remarks]
        body.append("</ul>")
    return (
        f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{words.say('title')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _link(iri: str, text: str) -> str:
    if iri.startswith(("http://", "https://")):
        return f'<a href="{escape(iri)}">{escape(text)}</a>'
    return escape(text)


_ACTIVITIES = {"added": "Create", "removed": "Delete", "address": "Move"}


def as_turtle(words: Words, other: Words) -> str:
    """Return the report as activities of ActivityStreams 2.0, summed up in both languages.

    Create, Delete and Move are of whole things; every other change is an Update of a thing.
    """
    triples: list[Triple] = []
    for number, change in enumerate(words.difference.changes, 1):
        activity = BlankNode(f"change{number}")
        kind = _ACTIVITIES.get(change.kind, "Update")
        thing = change.old[0].value if kind == "Move" else change.thing
        said: list[tuple[str, Term]] = [
            (RDF.type, NamedNode(AS + kind)),
            (AS + "object", NamedNode(thing)),
            *(
                (AS + "summary", Literal(w.line(change), language=w.language))
                for w in (words, other)
            ),
        ]
        if kind == "Move":
            said.append((AS + "target", NamedNode(change.thing)))
        if change.policy:
            said.append((AS + "context", NamedNode(change.policy)))
        triples += [(activity, NamedNode(predicate), term) for predicate, term in said]
    known = prefixes(words.difference.new.base) | {"as": AS}
    return write_turtle(triples, known).decode()
