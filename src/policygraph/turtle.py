"""Read Turtle with places, write it canonically: the same triples always give the same bytes.

Canonical Turtle here means: used prefixes only, in alphabetical order; one block for each thing, in
the order in which a reader wants them (a document, its parts, what is said of it); one predicate a
line; languages in a fixed order. Reading is pyoxigraph's: it names line and column, and fetches
nothing.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph as ox

from policygraph.errors import BrokenInput, Place, SyntaxProblem
from policygraph.namespaces import DCAT, DCT, ELI, FOAF, OWL, PG, RDF, RDFS, SH, SKOS, XSD
from policygraph.terms import BlankNode, Literal, NamedNode, Node, Term, Triple

TYPE_ORDER: tuple[str, ...] = (
    OWL.Ontology, DCAT.Dataset, SKOS.ConceptScheme, OWL.Class, OWL.ObjectProperty,
    OWL.DatatypeProperty, OWL.AnnotationProperty, SH.NodeShape, SH.PropertyShape,
    PG.PolicyDocument, ELI.Expression, ELI.Manifestation, PG.Principle, PG.Pillar, PG.ActionPoint,
    PG.Goal, PG.Risk, PG.KeyTakeaway, PG.ImpactAssessment, PG.SDGAlignment,
    PG.ReferencedDocument, PG.StakeholderGroup, PG.Initiative, PG.Stakeholder,
)  # fmt: skip
"""Blocks stand in this order; other types follow by name."""

FIRST_PREDICATES: tuple[str, ...] = (
    RDF.type, DCT.identifier, PG.number, DCT.title, SH.declare, SH.name, SKOS.prefLabel,
    RDFS.label, PG.officialName, SKOS.altLabel, SKOS.definition, DCT.description, SKOS.scopeNote,
    SKOS.example, PG["aboutDocument"], PG["alignmentOf"], PG["assesses"], PG["actionPointOf"],
    PG["inPillar"], PG["order"], PG["standing"], PG["kind"], PG["theme"], PG["instrument"],
)  # fmt: skip
"""Predicates stand in this order; the others follow by name, the evidence comes last."""

LAST_PREDICATES: tuple[str, ...] = (
    PG["basis"], PG["rationale"], PG["source"], PG["confirmedBy"], PG["locator"],
    PG["evidenceLevel"], FOAF.page, SKOS.editorialNote, RDFS.isDefinedBy,
)  # fmt: skip

LANGUAGES = ("nl", "en", "fr")

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<escape>\\.)
      | (?P<space>\s+)
      | (?P<other>[^\s\#"'<\\]+|.)""",
    re.VERBOSE | re.DOTALL,
)
"""Enough of Turtle's grammar to tell a comment from a # inside a string or an IRI."""

_LOCAL_NAME = re.compile(r"(?:[^\W]|[:])(?:[\w.:\-]*[\w:\-])?", re.ASCII)
_DIGITS = re.compile(r"(\d+)")


class Occurrence(NamedTuple):
    """A triple of a file with the line on which its object stands (from 1)."""

    triple: Triple
    line: int


@dataclass(frozen=True, slots=True)
class TurtleFile:
    """What a Turtle file says, and where."""

    path: Path
    text: bytes
    occurrences: tuple[Occurrence, ...]
    prefixes: Mapping[str, str]

    @property
    def triples(self) -> list[Triple]:
        """The triples in the order of the file."""
        return [occurrence.triple for occurrence in self.occurrences]

    def place(self, line: int) -> Place:
        """Return the place of the first character on a line that is no space."""
        lines = self.text.splitlines()
        content = lines[line - 1] if 0 < line <= len(lines) else b""
        return Place(line, len(content) - len(content.lstrip()) + 1, self.path)


class _Lines(io.BufferedIOBase):
    """Hands out one line per read, so that a parser's position is that of the last line given."""

    def __init__(self, text: bytes) -> None:
        self._lines = iter(text.splitlines(keepends=True))
        self._rest = b""
        self.number = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if not self._rest:
            self._rest = next(self._lines, b"")
            self.number += bool(self._rest)
        piece = self._rest if size is None or size < 0 else self._rest[:size]
        self._rest = self._rest[len(piece) :]
        return piece


def read_turtle(text: bytes, path: Path) -> TurtleFile:
    """Return the triples of a Turtle text with their lines.

    Raises SyntaxProblem, with file, line and column, for what is no Turtle or no UTF-8.
    """
    lines = _Lines(text.removeprefix(b"\xef\xbb\xbf"))  # an editor's byte order mark says nothing
    occurrences = []
    parser = ox.parse(cast(IO[bytes], lines), format=ox.RdfFormat.TURTLE)
    try:
        for quad in parser:
            triple = (quad.subject, quad.predicate, quad.object)
            occurrences.append(Occurrence(_checked(triple), lines.number))
    except SyntaxError as error:
        raise SyntaxProblem(_plain(str(error.args[0])), _place(error, path)) from error
    return TurtleFile(path, text, tuple(occurrences), dict(parser.prefixes))


def _checked(triple: tuple[object, object, object]) -> Triple:
    subject, predicate, term = triple
    if isinstance(subject, ox.Triple) or isinstance(term, ox.Triple):
        raise BrokenInput("quoted triples (RDF 1.2) are not used here")
    return subject, predicate, term  # type: ignore[return-value]  # RDF 1.1 terms only


def _place(error: SyntaxError, path: Path) -> Place:
    details = error.args[1] if len(error.args) > 1 else (None, 1, 1)
    return Place(details[1] or 1, details[2] or 1, path)


def _plain(message: str) -> str:
    """Turn a parser's message into one without its own account of the place."""
    text = re.sub(r"^Parser error (at|between) line .*?: ", "", message)
    if text.startswith("Invalid UTF-8"):
        return "this is not UTF-8: save the file as UTF-8"
    if declared := re.match(r"The prefix (\S*): has not been declared", text):
        return f"the prefix {declared[1]}: is not declared: add an @prefix line or mend the name"
    if text.lower().startswith("unexpected end"):
        return "the file ends too early: a string, an IRI or a statement is not closed"
    if text.startswith("Line jumps are not allowed"):
        return "a string is not closed on its line: close it, or use triple quotes"
    return text[:1].lower() + text[1:]


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield every comment of a Turtle text with its line (from 1)."""
    line = 1
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comment":
            yield line, token.group()
        line += token.group().count("\n")


def leading_comment(text: str) -> str:
    """Return the comment block on top of a Turtle text, with its line ends, or nothing."""
    lines = text.splitlines(keepends=True)
    block = []
    for line in lines:
        if not line.startswith("#"):
            break
        block.append(line.rstrip() + "\n")
    return "".join(block)


def format_turtle(text: bytes, path: Path) -> bytes:
    """Return a Turtle file in canonical form, its leading comment block kept.

    Raises SyntaxProblem as read_turtle, and BrokenInput naming the line of any other comment,
    which canonical form has no place for.
    """
    file = read_turtle(text, path)
    decoded = text.decode("utf-8").removeprefix("\ufeff")
    head = leading_comment(decoded)
    for line, comment in comments(decoded):
        if line > head.count("\n"):
            raise BrokenInput(
                f"{path}:{line}: this comment would be lost: {comment.strip()} "
                "(move it into skos:editorialNote, or into the block on top of the file)"
            )
    body = write_turtle(file.triples, file.prefixes)
    written = read_turtle(body, path)
    if not _same(file.triples, written.triples):
        raise BrokenInput(f"{path}: canonical form would change what the file says; left alone")
    return (head + "\n" if head else "").encode() + body


def _same(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    return canonical_nquads(one) == canonical_nquads(other)


def _dataset(triples: Iterable[Triple]) -> ox.Dataset:
    return ox.Dataset(ox.Quad(s, p, o) for s, p, o in triples)


def canonical_triples(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples as a sorted set with stable blank node labels (RDFC-1.0)."""
    unique = set(triples)
    if any(isinstance(t, BlankNode) for s, _, o in unique for t in (s, o)):
        dataset = _dataset(unique)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        unique = {_checked((q.subject, q.predicate, q.object)) for q in dataset}
    return sorted(unique, key=lambda triple: tuple(map(str, triple)))


def canonical_nquads(triples: Iterable[Triple], graph: str | None = None) -> bytes:
    """Return N-Quads (N-Triples without a graph), sorted, one line for each triple."""
    name = f" <{graph}>" if graph else ""
    return "".join(f"{s} {p} {o}{name} .\n" for s, p, o in canonical_triples(triples)).encode()


def write_turtle(triples: Iterable[Triple], prefixes: Mapping[str, str], first: str = "") -> bytes:
    """Return canonical Turtle; of `prefixes` (name to namespace) only the used ones appear.

    The block about the IRI `first`, where one is given, stands on top.
    """
    return _Writer(canonical_triples(triples), prefixes, first).document()


def write_ntriples(triples: Iterable[Triple]) -> bytes:
    """Return canonical N-Triples: sorted, one line for each triple."""
    return canonical_nquads(triples)


def write_rdfxml(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Return RDF/XML of the sorted triples."""
    statements = [ox.Triple(s, p, o) for s, p, o in canonical_triples(triples)]
    # The serialiser turns prefixes into XML names, which are stricter than Turtle's.
    names = {name: iri for name, iri in prefixes.items() if name.replace("-", "").isalnum()}
    return ox.serialize(statements, format=ox.RdfFormat.RDF_XML, prefixes=names) or b""


def parse_ntriples(data: bytes) -> list[Triple]:
    """Return the triples of N-Triples text that the engine wrote."""
    quads = ox.parse(data, format=ox.RdfFormat.N_TRIPLES)
    return [_checked((quad.subject, quad.predicate, quad.object)) for quad in quads]


def write_trig(graphs: Mapping[str, Iterable[Triple]], prefixes: Mapping[str, str]) -> bytes:
    """Return TriG with one graph block after another; the key "" is the default graph."""
    used: dict[str, str] = {}
    bodies = []
    for name, triples in graphs.items():
        writer = _Writer(canonical_triples(triples), prefixes)
        body = writer.body()
        label = f"GRAPH {writer.iri(name)} " if name else ""
        used |= writer.used
        bodies.append(f"{label}{{\n{body}}}\n")
    return (_prefix_block(used) + "\n" + "\n".join(bodies)).encode()


def _prefix_block(used: Mapping[str, str]) -> str:
    return "".join(f"@prefix {name}: <{used[name]}> .\n" for name in sorted(used))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key in which 1.10 follows 1.2."""
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in _DIGITS.split(text)
        if part
    )


class _Writer:
    def __init__(
        self, triples: Sequence[Triple], prefixes: Mapping[str, str], first: str = ""
    ) -> None:
        self._first = first
        self.used: dict[str, str] = {}
        # The longest namespace first: action:1.2 is better than policy:... (which cannot have /).
        self._namespaces = sorted(
            ((namespace, name) for name, namespace in prefixes.items()),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self._by_subject: dict[Node, dict[NamedNode, list[Term]]] = defaultdict(
            lambda: defaultdict(list)
        )
        referrers: dict[Term, list[Node]] = defaultdict(list)
        for subject, predicate, term in triples:
            self._by_subject[subject][predicate].append(term)
            referrers[term].append(subject)
        self._inline = {node for node in self._by_subject if _is_inline(node, referrers)}
        self._referenced = set(referrers)
        self._lists: dict[Node, list[Term]] = {}

    def document(self) -> bytes:
        body = self.body()
        head = _prefix_block(self.used)
        return f"{head}\n{body}".encode() if head else body.encode()

    def body(self) -> str:
        blocks = []
        done: set[Node] = set()
        for subject in sorted(self._by_subject, key=self._block_key):
            if subject in self._inline and subject in self._referenced:
                continue
            blocks.append(self._block(subject))
            done |= {subject}
        return "\n".join(blocks)

    def _block_key(self, subject: Node) -> tuple[int, int, tuple[tuple[int, int, str], ...]]:
        about = self._by_subject[subject]
        ranks = [
            TYPE_ORDER.index(kind.value)
            for kind in about.get(NamedNode(RDF.type), ())
            if isinstance(kind, NamedNode) and kind.value in TYPE_ORDER
        ]
        orders = about.get(NamedNode(PG["order"]), ())
        order = next((int(o.value) for o in orders if isinstance(o, Literal)
                      and o.value.isdigit()), 0)  # fmt: skip
        rank = -1 if subject.value == self._first else min(ranks, default=len(TYPE_ORDER))
        return rank, order, natural(subject.value)

    def _block(self, subject: Node) -> str:
        if subject in self._inline:
            name = "[]"
        else:
            name = self.iri(subject.value) if isinstance(subject, NamedNode) else str(subject)
        return f"{name}\n{self._predicates(subject, '  ')}.\n"

    def _predicates(self, subject: Node, indent: str) -> str:
        about = self._by_subject[subject]
        lines = []
        for predicate in sorted(about, key=self._predicate_key):
            verb = "a" if predicate.value == RDF.type else self.iri(predicate.value)
            objects = sorted(about[predicate], key=lambda term: self._object_key(predicate, term))
            inner = indent + ("  " if len(objects) == 1 else "    ")
            written = [self._object(term, inner) for term in objects]
            if len(written) == 1:
                lines.append(f"{indent}{verb} {written[0]} ;\n")
            else:
                separator = f" ,\n{indent}  "
                lines.append(f"{indent}{verb}\n{indent}  {separator.join(written)} ;\n")
        return "".join(lines)

    def _predicate_key(self, predicate: NamedNode) -> tuple[int, int, str]:
        iri = predicate.value
        if iri in FIRST_PREDICATES:
            return 0, FIRST_PREDICATES.index(iri), ""
        if iri in LAST_PREDICATES:
            return 2, LAST_PREDICATES.index(iri), ""
        return 1, 0, self._short(iri) or iri

    def _object_key(
        self, predicate: NamedNode, term: Term
    ) -> tuple[int, tuple[tuple[int, int, str], ...]]:
        if isinstance(term, Literal):
            language = term.language or ""
            rank = LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)
            return rank, natural(f"{language} {term.value}")
        if predicate.value == RDF.type and term.value in TYPE_ORDER:
            return TYPE_ORDER.index(term.value), ()
        return len(TYPE_ORDER), natural(term.value)

    def _object(self, term: Term, indent: str) -> str:
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, NamedNode):
            return "()" if term.value == RDF.nil else self.iri(term.value)
        if term not in self._inline:
            return str(term)
        items = self._list_items(term)
        if items is not None:
            return f"( {' '.join(self._object(item, indent + '  ') for item in items)} )"
        return f"[\n{self._predicates(term, indent)}{indent[:-2]}]"

    def _list_items(self, head: BlankNode) -> list[Term] | None:
        """Return the members of a well-formed RDF list (RDF Schema 1.1, section 5.2), or None."""
        items: list[Term] = []
        first, rest = NamedNode(RDF.first), NamedNode(RDF.rest)
        node: Term = head
        while isinstance(node, BlankNode):
            about = self._by_subject.get(node, {})
            if node not in self._inline or set(about) != {first, rest}:
                return None
            if len(about[first]) != 1 or len(about[rest]) != 1:
                return None
            items.append(about[first][0])
            node = about[rest][0]
        return items if node == NamedNode(RDF.nil) else None

    def _literal(self, literal: Literal) -> str:
        value, datatype = literal.value, literal.datatype.value
        if datatype == XSD.integer and re.fullmatch(r"[+-]?[0-9]+", value):
            return value
        if datatype == XSD.decimal and re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", value):
            return value
        if datatype == XSD.boolean and value in ("true", "false"):
            return value
        quoted = _quote(value)
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype == XSD.string else f"{quoted}^^{self.iri(datatype)}"

    def iri(self, iri: str) -> str:
        """Return the IRI as a prefixed name where one is allowed, and note the prefix as used."""
        short = self._short(iri)
        if short is None:
            return str(NamedNode(iri))
        name = short.partition(":")[0]
        self.used[name] = next(ns for ns, prefix in self._namespaces if prefix == name)
        return short

    def _short(self, iri: str) -> str | None:
        for namespace, name in self._namespaces:
            if iri.startswith(namespace):
                local = iri[len(namespace) :]
                if not local or _LOCAL_NAME.fullmatch(local):
                    return f"{name}:{local}"
        return None


def _is_inline(node: Node, referrers: Mapping[Term, Sequence[Node]]) -> bool:
    """Whether a node can stand in brackets: blank, named by one other at most, on no circle."""
    seen: set[Node] = set()
    above: Node = node
    while isinstance(above, BlankNode):
        if above in seen:
            return False
        if len(referrers.get(above, ())) > 1:
            return above != node
        seen.add(above)
        if not referrers.get(above):
            return True
        above = referrers[above][0]
    return isinstance(node, BlankNode)


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
    escaped = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04X}", escaped)
    if "\n" in value:
        return f'"""{escaped}"""'
    return f'"{escaped}"'.replace("\t", "\\t")
