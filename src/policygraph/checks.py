"""What no shape can see: misspelt terms of ours, things that nobody describes, and the like.

SHACL looks at one thing at a time and conforms when it finds nothing to look at; RDF never fails on
a typo. These checks look at all files together, each finding with its line.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from policygraph.namespaces import PG_NS, RDF, SHAPES_NS
from policygraph.report import Finding
from policygraph.terms import BlankNode, NamedNode, Term, Triple
from policygraph.turtle import TurtleFile

UNKNOWN_TERM = SHAPES_NS + "UnknownTerm"
UNKNOWN_THING = SHAPES_NS + "UnknownThing"
DESCRIBED_TWICE = SHAPES_NS + "DescribedTwice"
BLANK_NODE = SHAPES_NS + "BlankNode"
UNSTATED = SHAPES_NS + "UnstatedStatement"
ALL = frozenset({UNKNOWN_TERM, UNKNOWN_THING, DESCRIBED_TWICE, BLANK_NODE, UNSTATED})

_MESSAGES: dict[str, dict[str, str]] = {
    UNKNOWN_TERM: {
        "nl": "De term {what} bestaat niet in de ontologie.{hint} Verbeter de naam.",
        "en": "The term {what} does not exist in the ontology.{hint} Mend the name.",
    },
    UNKNOWN_THING: {
        "nl": "{what} wordt nergens beschreven.{hint} Verbeter het adres of beschrijf het ding.",
        "en": "{what} is described nowhere.{hint} Mend the address, or describe the thing.",
    },
    DESCRIBED_TWICE: {
        "nl": "{what} wordt ook beschreven in {hint}. Beschrijf elk ding in één bestand.",
        "en": "{what} is also described in {hint}. Describe each thing in one file.",
    },
    BLANK_NODE: {
        "nl": "Geef dit ding een eigen IRI: naamloze knopen kunnen niet worden geciteerd.",
        "en": "Give this thing an IRI of its own: blank nodes cannot be cited.",
    },
    UNSTATED: {
        "nl": "Schrijf ook de uitspraak zelf op: {what}",
        "en": "Write the statement itself as well: {what}",
    },
}
_HINT = {"nl": " Bedoelde u {}?", "en": " Did you mean {}?"}


@dataclass(frozen=True, slots=True)
class Known:
    """What all files together define and describe."""

    base: str
    terms: frozenset[str]
    """Terms of our ontology and names of our shapes."""
    described: Mapping[str, frozenset[str]]
    """IRI of a thing to the names of the files that give it a type."""
    stated: frozenset[Triple]


def known(base: str, files: Mapping[str, Iterable[Triple]]) -> Known:
    """Return what the files (name to triples) define and describe."""
    described: dict[str, set[str]] = defaultdict(set)
    stated = frozenset(triple for triples in files.values() for triple in triples)
    for name, triples in files.items():
        for subject, predicate, _ in triples:
            if predicate.value == RDF.type and isinstance(subject, NamedNode):
                described[subject.value].add(name)
    terms = {iri for iri in described if iri.startswith((PG_NS, SHAPES_NS))}
    terms |= {PG_NS, SHAPES_NS, UNKNOWN_TERM}
    frozen = {iri: frozenset(names) for iri, names in described.items()}
    return Known(base, frozenset(terms), frozen, stated)


def check_file(
    file: TurtleFile, name: str, all_files: Known, *, may_hold_lists: bool = False
) -> list[Finding]:
    """Return the findings in one file, given what all files describe.

    Blank nodes are refused but where the file may hold RDF lists, as shapes do.
    """
    findings = list(_terms_and_things(file, name, all_files))
    findings += _statements(file, name, all_files.stated)
    if not may_hold_lists:
        findings += _blank_nodes(file, name)
    findings += _twice(file, name, all_files)
    return findings


def _finding(
    rule: str, file: TurtleFile, name: str, line: int, focus: Term, **words: str
) -> Finding:
    hint = words.pop("hint", "")
    messages = {}
    for language, text in _MESSAGES[rule].items():
        shown = hint
        if hint and rule in (UNKNOWN_TERM, UNKNOWN_THING):
            shown = _HINT[language].format(hint)
        messages[language] = text.format(hint=shown, **words)
    place = file.place(line)
    return Finding(
        severity="Violation",
        rule=rule,
        messages=messages,
        file=name,
        line=place.line,
        column=place.column,
        focus=focus.value if isinstance(focus, NamedNode) else "",
    )


def _terms_and_things(file: TurtleFile, name: str, all_files: Known) -> Iterator[Finding]:
    seen: set[str] = set()
    things = all_files.base + "id/"
    for triple, line in file.occurrences:
        for term in triple:
            if not isinstance(term, NamedNode) or term.value in seen:
                continue
            iri = term.value
            seen.add(iri)
            if iri.startswith((PG_NS, SHAPES_NS)):
                candidates: Collection[str] = all_files.terms
                rule = UNKNOWN_TERM
            elif iri.startswith(things):
                candidates, rule = all_files.described.keys(), UNKNOWN_THING
            else:
                continue
            if iri not in candidates:
                near = difflib.get_close_matches(iri, candidates, n=1, cutoff=0.8)
                hint = _name(near[0]) if near else ""
                yield _finding(rule, file, name, line, triple[0], what=_name(iri), hint=hint)


def _name(iri: str) -> str:
    for prefix, namespace in (("pg:", PG_NS), ("pgsh:", SHAPES_NS)):
        if iri.startswith(namespace):
            return prefix + iri[len(namespace) :]
    return f"<{iri}>"


def _blank_nodes(file: TurtleFile, name: str) -> Iterator[Finding]:
    seen: set[Term] = set()
    for (subject, _, term), line in file.occurrences:
        for node in (subject, term):
            if isinstance(node, BlankNode) and node not in seen:
                seen.add(node)
                yield _finding(BLANK_NODE, file, name, line, subject)


def _twice(file: TurtleFile, name: str, all_files: Known) -> Iterator[Finding]:
    seen: set[str] = set()
    for (subject, predicate, _), line in file.occurrences:
        iri = subject.value
        if predicate.value != RDF.type or iri in seen:
            continue
        seen.add(iri)
        others = sorted(all_files.described.get(iri, frozenset()) - {name})
        if others:
            hint = ", ".join(others)
            yield _finding(DESCRIBED_TWICE, file, name, line, subject, what=_name(iri), hint=hint)


def _statements(file: TurtleFile, name: str, stated: frozenset[Triple]) -> Iterator[Finding]:
    """A qualified statement never replaces the plain triple, which everybody's query asks for."""
    parts: dict[Term, dict[str, Term]] = defaultdict(dict)
    places: dict[Term, int] = {}
    for (subject, predicate, term), line in file.occurrences:
        if predicate.value in (RDF.subject, RDF.predicate, RDF.object):
            parts[subject][predicate.value] = term
            places.setdefault(subject, line)
    for statement, about in parts.items():
        if len(about) == 3:
            triple = about[RDF.subject], about[RDF.predicate], about[RDF.object]
            if triple not in stated:
                text = " ".join(map(str, triple))
                yield _finding(UNSTATED, file, name, places[statement], statement, what=text)
