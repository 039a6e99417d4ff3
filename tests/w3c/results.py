"""Answers in each of their formats, read by readers of our own and compared as the W3C means it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset("integer decimal float double".split())
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")

Term = tuple[str, ...]
"""("uri", IRI), ("bnode", label), ("literal", text, language, datatype) or ("cell", text)."""
Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The solutions of a SELECT."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]


def same(expected: Table, actual: Table, ordered: bool) -> bool:
    """Whether two tables are equal but for the names of blank nodes and the order of columns.

    Where a query does not order, the order of rows does not matter; how often each stands does.
    """
    if sorted(expected.variables) != sorted(actual.variables):
        return False
    places = [actual.variables.index(variable) for variable in expected.variables]
    rows = [tuple(row[place] for place in places) for row in actual.rows]
    return same_rows(expected.rows, rows, ordered)


def same_rows(expected: Sequence[Row], actual: Sequence[Row], ordered: bool = False) -> bool:
    """Whether there is a renaming of blank nodes under which the rows are the same."""
    if len(expected) != len(actual):
        return False
    if not ordered:
        ground = Counter(row for row in expected if not _blank(row))
        if ground != Counter(row for row in actual if not _blank(row)):
            return False
        expected = [row for row in expected if _blank(row)]
        actual = [row for row in actual if _blank(row)]
    return _match(expected, list(actual), ordered, {})


def _blank(row: Row) -> bool:
    return any(term is not None and term[0] == "bnode" for term in row)


def _match(
    expected: Sequence[Row], actual: list[Row], ordered: bool, names: dict[Term, Term]
) -> bool:
    if not expected:
        return True
    first, *rest = expected
    for index, row in enumerate(actual[:1] if ordered else actual):
        extended = _renamed(first, row, names)
        if extended is not None and _match(
            rest, actual[:index] + actual[index + 1 :], ordered, extended
        ):
            return True
    return False


def _renamed(left: Row, right: Row, names: dict[Term, Term]) -> dict[Term, Term] | None:
    """Return the renaming, extended so that it makes the rows equal; None if there is none."""
    names = dict(names)
    for one, other in zip(left, right, strict=True):
        if one is None or other is None or one[0] != "bnode" or other[0] != "bnode":
            if one != other:
                return None
        elif one not in names:
            if other in names.values():
                return None
            names[one] = other
        elif names[one] != other:
            return None
    return names


def graph_rows(graph: Graph) -> list[Row]:
    """Return the triples of a graph as rows."""
    return [tuple(_term(term) for term in triple) for triple in graph]


def _term(node: Node) -> Term:
    match node:
        case URIRef():
            return ("uri", str(node))
        case BNode():
            return ("bnode", str(node))
        case Literal():
            return _literal(str(node), node.language or "", str(node.datatype or ""))
    raise TypeError(repr(node))


def _literal(text: str, language: str = "", datatype: str = "") -> Term:
    """Return a literal; numbers and booleans by their value, which can be written in many ways."""
    if datatype == XSD + "string":
        datatype = ""
    elif datatype.removeprefix(XSD) in NUMBERS:
        text = _number(text)
    elif datatype == XSD + "boolean":
        text = {"1": "true", "0": "false"}.get(text, text)
    return ("literal", text, language.lower(), datatype)


def _number(text: str) -> str:
    """Return the same text for equal numbers; what is none stays as it is."""
    try:
        return str(Decimal(text).normalize() + 0)
    except InvalidOperation:
        return text


def read_result_set(graph: Graph) -> Table | bool:
    """Read an answer that is written in RDF, as some expected ones are."""
    boolean = graph.value(None, RS.boolean)
    if boolean is not None:
        return str(boolean) == "true"
    variables = tuple(sorted(str(name) for name in graph.objects(None, RS.resultVariable)))
    rows = []
    for solution in graph.objects(None, RS.solution):
        bound = {
            str(graph.value(binding, RS.variable)): _term(value)
            for binding in graph.objects(solution, RS.binding)
            for value in graph.objects(binding, RS.value)
        }
        rows.append(tuple(bound.get(variable) for variable in variables))
    return Table(variables, tuple(rows))


def read_json(text: str) -> Table | bool:
    """Read SPARQL 1.1 Query Results JSON."""
    document = json.loads(text)
    if "boolean" in document:
        return document["boolean"] is True
    variables = tuple(document["head"]["vars"])
    rows = []
    for solution in document["results"]["bindings"]:
        assert solution.keys() <= set(variables)
        bound = {name: _json_term(value) for name, value in solution.items()}
        rows.append(tuple(bound.get(variable) for variable in variables))
    return Table(variables, tuple(rows))


def _json_term(value: dict[str, str]) -> Term:
    if value["type"] in ("uri", "bnode"):
        return (value["type"], value["value"])
    assert value["type"] in ("literal", "typed-literal")
    return _literal(value["value"], value.get("xml:lang", ""), value.get("datatype", ""))


_SRX = "{http://www.w3.org/2005/sparql-results#}"


def read_xml(text: str) -> Table | bool:
    """Read the SPARQL Query Results XML Format."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{_SRX}sparql"
    boolean = root.find(f"{_SRX}boolean")
    if boolean is not None:
        return (boolean.text or "").strip() == "true"
    variables = tuple(e.attrib["name"] for e in root.iterfind(f"{_SRX}head/{_SRX}variable"))
    rows = []
    for solution in root.iterfind(f"{_SRX}results/{_SRX}result"):
        bound = {e.attrib["name"]: _xml_term(e[0]) for e in solution}
        assert bound.keys() <= set(variables)
        rows.append(tuple(bound.get(variable) for variable in variables))
    return Table(variables, tuple(rows))


def _xml_term(element: ElementTree.Element) -> Term:
    kind, text = element.tag.removeprefix(_SRX), element.text or ""
    if kind in ("uri", "bnode"):
        return (kind, text)
    assert kind == "literal"
    language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    return _literal(text, language, element.get("datatype", ""))


def read_csv(text: str) -> Table:
    """Read SPARQL 1.1 Query Results CSV: what kind of term a cell holds is lost in it."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return Table(tuple(header), tuple(tuple(map(_csv_term, row)) for row in rows))


def _csv_term(cell: str) -> Term:
    if cell.startswith("_:"):
        return ("bnode", cell)
    return ("cell", _number(cell))


def read_tsv(text: str) -> Table:
    """Read SPARQL 1.1 Query Results TSV: terms as in Turtle."""
    header, *lines = text.removesuffix("\n").split("\n")
    variables = tuple(name.removeprefix("?") for name in header.split("\t"))
    return Table(
        variables, tuple(tuple(_tsv_term(cell) for cell in line.split("\t")) for line in lines)
    )


_STRING = re.compile(r"""("|')(?P<text>.*)\1(@(?P<language>[\w-]+)|\^\^<(?P<datatype>[^<>]+)>)?""")
_NUMBERS = {
    "integer": re.compile(r"[+-]?\d+"),
    "decimal": re.compile(r"[+-]?\d*\.\d+"),
    "double": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+"),
    "boolean": re.compile("true|false"),
}
_ESCAPE = re.compile(r"\\([tbnrf\"'\\])")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _tsv_term(cell: str) -> Term | None:
    if not cell:
        return None
    if cell.startswith("<") and cell.endswith(">"):
        return ("uri", cell[1:-1])
    if cell.startswith("_:"):
        return ("bnode", cell)
    if string := _STRING.fullmatch(cell):
        text = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), string["text"])
        return _literal(text, string["language"] or "", string["datatype"] or "")
    for datatype, pattern in _NUMBERS.items():
        if pattern.fullmatch(cell):
            return _literal(cell, datatype=XSD + datatype)
    raise ValueError(f"{cell!r} is no term")


READERS: dict[str, tuple[str, Callable[[str], Table | bool]]] = {
    "srj": ("application/sparql-results+json", read_json),
    "srx": ("application/sparql-results+xml", read_xml),
    "csv": ("text/csv", read_csv),
    "tsv": ("text/tab-separated-values", read_tsv),
}
"""Media type and reader for each suffix of the suites."""


def shown(rows: Iterable[Row]) -> str:
    """Return rows for a person to compare."""
    return "\n".join(sorted(str(row) for row in rows))
