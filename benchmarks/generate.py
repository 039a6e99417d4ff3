"""A release of any size in the project's own model, made up but well-formed, as N-Quads.

    python -m benchmarks.generate --quads 1000000 --out graph.nq.gz

The same seed and size give the same bytes, and a larger graph begins with the smaller one of the
same seed. What curators would write stands in one graph for each document; what the release adds
(docs/model.md) stands in the graph `inferred`. No triple stands in two graphs unless `--overlap`
asks for it.
"""

from __future__ import annotations

import argparse
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from benchmarks.policies import policy
from benchmarks.triples import DCT, RDF, Line, Rules, document
from benchmarks.words import COUNTRIES
from policygraph import namespaces as ns
from policygraph.inference import infer
from policygraph.namespaces import BASE, REFERENCES
from policygraph.sources import find_portal
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import read_turtle

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = (
    "ontology/policygraph.ttl",
    "ontology/alignments.ttl",
    *(f"data/schemes/{n}.ttl" for n in ("instruments", "kinds", "roles", "statuses", "themes")),
    *(f"data/context/{name}.ttl" for name in ("labels", "sdg", "terms")),
)
"""The files of the repository's own portal that every policy graph needs."""


def _shared() -> tuple[dict[str, list[Triple]], Rules]:
    """Return the graphs that do not depend on the size, and the rules of the ontology."""
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for file in find_portal(REPOSITORY).turtle_files():
        if file.path.relative_to(REPOSITORY).as_posix() in SHARED:
            graphs[file.graph] += read_turtle(file.read(), file.path).triples
    graphs["context"] += _countries({t for triples in graphs.values() for t in triples})
    stated = {t for triples in graphs.values() for t in triples}
    inferred = infer(stated, graphs["ontology"], BASE)
    graphs["inferred"] = list(inferred)
    return graphs, _rules(graphs["ontology"], stated | inferred)


def _countries(known: set[Triple]) -> Iterator[Triple]:
    described = {triple[0] for triple in known}
    for code, names in COUNTRIES.items():
        country = NamedNode(REFERENCES["country"] + code)
        if country not in described:
            yield country, NamedNode(ns.RDF.type), NamedNode(ns.SKOS.Concept)
            for name, language in zip(names, ("nl", "en", "fr"), strict=True):
                yield country, NamedNode(ns.SKOS.prefLabel), Literal(name, language=language)


def _rules(ontology: Iterable[Triple], everything: Iterable[Triple]) -> Rules:
    """Return the rules by which one triple gives others, closed under themselves.

    What one triple of a property gives is asked of `infer`, so that no rule stands here twice.
    """
    axioms = list(ontology)
    labels = NamedNode(ns.RDFS.label)
    implied: dict[str, tuple[tuple[str, bool], ...]] = {}
    ancestors: dict[str, tuple[str, ...]] = {}
    one, other = NamedNode("urn:one"), NamedNode("urn:other")
    for term in {t[0] for t in axioms if isinstance(t[0], NamedNode)}:
        given = infer([(one, term, other)], axioms, BASE)
        implied[str(term)] = tuple(sorted((str(p), s == other) for s, p, _ in given))
        kinds = infer([(one, NamedNode(ns.RDF.type), term)], axioms, BASE)
        ancestors[str(term)] = tuple(sorted(str(kind) for _, _, kind in kinds))
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for subject, predicate, label in everything:
        if predicate == labels and isinstance(label, Literal) and label.language:
            names[str(subject)][label.language] = label.value
    pairs = {iri: (n["nl"], n["en"]) for iri, n in names.items() if {"nl", "en"} <= n.keys()}
    return Rules(implied, ancestors, pairs)


def _lines(graphs: Mapping[str, Iterable[Line]]) -> list[str]:
    """Return the quads of some graphs; what is written is not inferred as well."""
    written = {line for slug, lines in graphs.items() if slug != "inferred" for line in lines}
    return [
        f"{subject} {predicate} {term} <{BASE}graph/{slug}> .\n"
        for slug, lines in graphs.items()
        for subject, predicate, term in lines
        if slug != "inferred" or (subject, predicate, term) not in written
    ]


def quads(count: int, seed: int = 1, overlap: bool = False) -> Iterator[list[str]]:
    """Yield N-Quads lines, document by document, until there are at least `count`.

    With `overlap`, title and type of every document stand a second time, in the graph `context`.
    """
    shared, rules = _shared()
    fixed = {
        slug: sorted((str(s), str(p), str(o)) for s, p, o in triples)
        for slug, triples in sorted(shared.items())
    }
    block = _lines(fixed)
    total = number = 0
    while True:
        yield block
        total += len(block)
        if total >= count and number:
            return
        made = dict(policy(number, seed, rules))
        if overlap:
            mine = made[document(number)]
            made["context"] = {line: None for line in mine if line[1] in (RDF.type, DCT.title)}
        block = _lines(made)
        number += 1


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing; .gz holds neither name nor time, so that bytes are the same."""
    with path.open("wb", buffering=1 << 20) as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", 5, raw, mtime=0) as packed:
            yield cast("IO[bytes]", io.BufferedWriter(cast("io.RawIOBase", packed), 1 << 20))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a graph is."""

    quads: int
    documents: int


def write(path: Path, count: int, seed: int = 1, overlap: bool = False) -> Size:
    """Write at least `count` quads, and no half document, to a file .nq or .nq.gz."""
    total, documents = 0, -1  # the first block is what all documents share
    with _opened(path) as file:
        for block in quads(count, seed, overlap):
            file.write("".join(block).encode())
            total += len(block)
            documents += 1
        file.flush()
    return Size(total, documents)


def main() -> None:
    """Write a graph as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--overlap", action="store_true", help="let triples stand in two graphs")
    parser.add_argument("--out", type=Path, required=True, help="a file .nq or .nq.gz")
    given = parser.parse_args()
    size = write(given.out, given.quads, given.seed, given.overlap)
    print(f"{size.quads} quads, {size.documents} documents")


if __name__ == "__main__":
    main()
