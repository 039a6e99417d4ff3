"""One tidy table for each class: a row is a thing, a column is a property."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from policygraph.namespaces import PG, RDF
from policygraph.terms import Literal, NamedNode, Node, Term, Triple
from policygraph.turtle import natural

CLASSES: tuple[str, ...] = (
    PG.PolicyDocument, PG.Principle, PG.Pillar, PG.ActionPoint, PG.Goal, PG.Risk, PG.KeyTakeaway,
    PG.ImpactAssessment, PG.SDGAlignment, PG.Stakeholder, PG.StakeholderGroup, PG.Initiative,
    PG.ReferencedDocument, PG.PrincipleTheme, PG.InstrumentType,
)  # fmt: skip
FIRST = ("identifier", "number", "order", "title_nl", "title_en", "prefLabel_nl", "prefLabel_en")
"""Columns on the left; the others follow by name."""

SEPARATOR = " | "
"""Between the values of a property that has several."""


def table_name(class_iri: str) -> str:
    """Return the file stem of a class's table: pg:ActionPoint is "action-point"."""
    local = re.split(r"[#/]", class_iri)[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", local).lower()


def tables(triples: Iterable[Triple]) -> Mapping[str, bytes]:
    """Return a CSV table (UTF-8, RFC 4180) for each class that has members, by table name.

    The first column is the IRI. A text column carries its language (`prefLabel_nl`); several values
    stand in one cell, separated by " | ".
    """
    about: dict[Node, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
    members: dict[str, list[Node]] = defaultdict(list)
    for subject, predicate, term in triples:
        about[subject][predicate.value].add(term)
        if predicate.value == RDF.type and isinstance(term, NamedNode) and term.value in CLASSES:
            members[term.value].append(subject)
    return {table_name(kind): _table(members[kind], about) for kind in CLASSES if members[kind]}


def _table(things: list[Node], about: Mapping[Node, Mapping[str, set[Term]]]) -> bytes:
    rows: list[dict[str, str]] = []
    for thing in sorted(set(things), key=lambda node: natural(node.value)):
        cells: dict[str, list[str]] = defaultdict(list)
        for predicate, values in about[thing].items():
            if predicate != RDF.type:
                for value in values:
                    cells[_column(predicate, value)].append(value.value)
        rows.append(
            {"iri": thing.value}
            | {name: SEPARATOR.join(sorted(v, key=natural)) for name, v in cells.items()}
        )
    columns = sorted({name for row in rows for name in row} - {"iri"}, key=_column_key)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ["iri", *columns], restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _column(predicate: str, value: Term) -> str:
    name = re.split(r"[#/]", predicate)[-1]
    return f"{name}_{value.language}" if isinstance(value, Literal) and value.language else name


def _column_key(name: str) -> tuple[int, str]:
    return FIRST.index(name) if name in FIRST else len(FIRST), name
