"""Check things against shapes: the only place that knows pySHACL.

pySHACL's front door looks at everything in the data, here also at the neighbours that only stand
there to be seen; its option `focus_nodes` also silences shapes that are used inside others. So each
shape is given its focus nodes by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from policygraph.namespaces import SH
from policygraph.terms import BlankNode, NamedNode, Term, Triple
from policygraph.turtle import parse_ntriples

if TYPE_CHECKING:
    from rdflib import BNode, Graph, Literal, URIRef

TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)


@dataclass(frozen=True, slots=True)
class Result:
    """A validation result (SHACL, section 3.6.2) before it is given a place."""

    severity: str
    rule: str
    messages: dict[str, str]
    focus: str
    path: str
    value: str
    """As an N-Triples term; nothing for a blank node."""
    component: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of things breaks, and how many of them each shape looked at."""

    results: tuple[Result, ...]
    counts: dict[str, int]


def aiming(shapes: Iterable[Triple]) -> list[str]:
    """Return the shapes that look for things of their own (SHACL, section 2.1.3)."""
    return sorted({s.value for s, p, _ in shapes if p.value in TARGETS})


class Shapes:
    """All shapes of a portal, as N-Triples and as pySHACL wants them."""

    def __init__(self, ntriples: bytes) -> None:
        self.ntriples = ntriples

    @cached_property
    def _graph(self) -> Graph:
        return _to_rdflib(parse_ntriples(self.ntriples))

    @cached_property
    def _aiming(self) -> Sequence[Any]:
        """The shapes that look for things of their own; the others are used inside them."""
        from pyshacl import constraints
        from pyshacl import shape as library
        from pyshacl.shapes_graph import ShapesGraph
        from rdflib import URIRef

        # pySHACL looks up each property of each shape in a list, for every focus node; a set gives
        # the same answers in half of the time of a whole validation.
        known = frozenset(constraints.ALL_CONSTRAINT_PARAMETERS)
        vars(library)["CONSTRAINT_PARAMS"] = (known, constraints.CONSTRAINT_PARAMETERS_MAP)
        aims = {shape for target in TARGETS for shape in self._graph.subjects(URIRef(target))}
        return [shape for shape in ShapesGraph(self._graph).shapes if shape.node in aims]

    def __reduce__(self) -> tuple[type[Shapes], tuple[bytes]]:
        """Pickle the text alone: pySHACL's shapes do not travel."""
        return Shapes, (self.ntriples,)

    def prepare(self) -> None:
        """Parse the shapes now, so that processes forked from this one have them."""
        _ = self._aiming

    def check(self, data: bytes, own: frozenset[str]) -> Outcome:
        """Return what the things named in `own` break; the rest of `data` is only seen."""
        from pyshacl.pytypes import SHACLExecutor
        from rdflib import URIRef

        graph = _to_rdflib(parse_ntriples(data))
        results, counts = [], {}
        for shape in self._aiming:
            found = shape.focus_nodes(graph)
            focus = sorted(node for node in found if isinstance(node, URIRef) and str(node) in own)
            counts[str(shape.node)] = len(focus)
            if focus:
                _, reported = shape.validate(SHACLExecutor(), graph, focus=focus)
                results += [self._result(node, triples) for _, node, triples in reported]
        return Outcome(tuple(results), {name: counts[name] for name in sorted(counts)})

    def _result(self, result: Any, triples: Iterable[tuple[Any, Any, Any]]) -> Result:  # noqa: ANN401  (pySHACL has no types)
        from rdflib import Literal, URIRef

        about: dict[str, Any] = {}
        said: list[Any] = []
        for subject, predicate, term in triples:
            if subject != result:
                continue  # a detail: what a shape inside this one found
            # A term comes alone, or with the graph that it is from.
            node = term[1] if isinstance(term, tuple) else term
            about[str(predicate)] = node
            if str(predicate) == SH.resultMessage:
                said.append(node)
        rule, value = about[SH.sourceShape], about.get(SH.value)
        # pySHACL copies one message of a SPARQL constraint; the shapes have it in every language.
        holders = [rule, *self._graph.objects(rule, URIRef(SH.sparql))]
        texts = [t for h in holders for t in self._graph.objects(h, URIRef(SH.message))] or said
        path = about.get(SH.resultPath)
        return Result(
            severity=str(about[SH.resultSeverity]).rpartition("#")[2],
            rule=str(rule),
            messages={t.language or "": str(t) for t in texts if isinstance(t, Literal)},
            focus=str(about[SH.focusNode]),
            path=str(path) if isinstance(path, URIRef) else "",
            value=value.n3() if isinstance(value, URIRef | Literal) else "",
            component=str(about[SH.sourceConstraintComponent]),
        )


def _to_rdflib(triples: Iterable[Triple]) -> Graph:
    from rdflib import Graph

    graph = Graph()
    for subject, predicate, term in triples:
        graph.add((_node(subject), _node(predicate), _node(term)))
    return graph


def _node(term: Term) -> URIRef | BNode | Literal:
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)
