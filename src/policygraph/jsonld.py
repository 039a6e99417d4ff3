"""Write JSON-LD 1.1 in flattened, compacted form: one node for each thing, sorted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from policygraph.namespaces import RDF, XSD
from policygraph.terms import BlankNode, Literal, NamedNode, Term, Triple
from policygraph.turtle import canonical_triples, natural


def write_jsonld(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Return a JSON-LD document whose context holds those of `prefixes` that it uses.

    Values keep their lexical form ({"@value", "@type"}), so that the document parses back to
    exactly the same triples.
    """
    names = _Names(prefixes)
    nodes: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, term in canonical_triples(triples):
        node = nodes[names.node(subject)]
        if predicate.value == RDF.type and isinstance(term, NamedNode):
            node["@type"].append(names.iri(term.value))
        else:
            node[names.iri(predicate.value)].append(names.value(term))
    graph = [
        {"@id": name} | {key: _single(values) for key, values in sorted(node.items())}
        for name, node in sorted(nodes.items(), key=lambda item: natural(item[0]))
    ]
    context = {name: names.used[name] for name in sorted(names.used)}
    document = {"@context": context, "@graph": graph}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _single(values: list[Any]) -> Any:  # noqa: ANN401  (JSON)
    return values[0] if len(values) == 1 else values


class _Names:
    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.used: dict[str, str] = {}
        self._namespaces = sorted(prefixes.items(), key=lambda pair: (-len(pair[1]), pair[0]))

    def iri(self, iri: str) -> str:
        for name, namespace in self._namespaces:
            # A suffix that starts with // would make the compact IRI an absolute one.
            if iri.startswith(namespace) and not iri[len(namespace) :].startswith("//"):
                self.used[name] = namespace
                return f"{name}:{iri[len(namespace) :]}"
        return iri

    def node(self, term: NamedNode | BlankNode) -> str:
        return self.iri(term.value) if isinstance(term, NamedNode) else str(term)

    def value(self, term: Term) -> dict[str, str]:
        if not isinstance(term, Literal):
            return {"@id": self.node(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == XSD.string:
            return {"@value": term.value}
        return {"@value": term.value, "@type": self.iri(term.datatype.value)}
