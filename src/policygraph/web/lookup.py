"""What pages ask the engine: fixed SPARQL texts, checked IRIs in, rows and triples out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from policygraph.engine import Engine, Query
from policygraph.errors import BrokenInput
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, named
from policygraph.namespaces import (
    CSVW,
    CV,
    DCAT,
    DCT,
    ELI,
    FOAF,
    OWL,
    PG,
    PG_NS,
    RDF,
    RDFS,
    SCHEMA,
    SH,
    SKOS,
)
from policygraph.terms import NamedNode, Triple
from policygraph.turtle import parse_ntriples

_JSON = RESULT_FORMATS[0]
_NTRIPLES = named("nt", GRAPH_FORMATS)

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff\ufffd]*")

PAGE_SIZE = 1000
"""How many things that point to a thing are shown at once."""

BATCH = 1000
"""How many IRIs go into one VALUES block: some 100 KiB of query."""

QUERY_TEXTS = (SH.select, SH.ask, SH.construct, SH.describe)
"""What a saved query has its text with, by its form."""

_MUCH = 1 << 20
"""Bytes of an answer that takes longer to read than a page may take."""

Row = dict[str, str]


def iri_ref(iri: str) -> str:
    """Return `<iri>`, safe to stand in a query (SPARQL 1.1, rule 139 IRIREF; absolute IRIs only).

    Raises BrokenInput for anything that could end the IRI or is none.
    """
    if not _IRI.fullmatch(iri):
        raise BrokenInput(f"{iri[:200]!r} is not an absolute IRI.")
    return f"<{iri}>"


def _rows(body: bytes) -> list[Row]:
    found = json.loads(body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def _values(iris: Iterable[str]) -> str:
    return " ".join(map(iri_ref, iris))


def _listed(iris: Iterable[str]) -> str:
    return ", ".join(map(iri_ref, iris))


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether anything is said about an IRI, and whether it was withdrawn."""

    known: bool
    deprecated: bool
    successor: str | None


def standing_of(iri: str, said: Iterable[Triple], pointing: Collection[Triple]) -> Standing:
    """Return the same of a thing that has been looked up: what is said of it, what points to it."""
    own = [(by.value, term.value) for subject, by, term in said if subject.value == iri]
    return Standing(
        known=bool(own or pointing),
        deprecated=any(by == OWL.deprecated and value in _TRUE for by, value in own),
        successor=min((value for by, value in own if by == DCT.isReplacedBy), default=None),
    )


class Lookup:
    """Asks the engine on behalf of one client."""

    def __init__(self, engine: Engine, client: str = "") -> None:
        self._engine = engine
        self._client = client

    async def rows(self, text: str) -> list[Row]:
        """Return the rows of a SELECT: variable to value, without what is unbound."""
        query = Query(text, results=_JSON, graph=None, client=self._client)
        body = await self._read(query)
        # While much is read, others may go on.
        return await asyncio.to_thread(_rows, body) if len(body) > _MUCH else _rows(body)

    async def answers(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """Return the rows of several SELECTs that are asked at once."""
        found = await asyncio.gather(*(self.rows(text) for text in questions.values()))
        return dict(zip(questions, found, strict=True))

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT."""
        query = Query(text, results=None, graph=_NTRIPLES, client=self._client)
        return parse_ntriples(await self._read(query))

    async def _read(self, query: Query) -> bytes:
        answer = await self._engine.answer(query)
        try:
            return await answer.read()
        finally:
            await answer.close()

    async def standing(self, iri: str) -> Standing:
        """Return whether the default graph knows the IRI, as subject or as object."""
        ref = iri_ref(iri)
        rows = await self.rows(
            "SELECT ?known ?deprecated ?successor WHERE {"
            " OPTIONAL { SELECT (1 AS ?known)"
            f" WHERE {{ {{ {ref} ?p ?o }} UNION {{ ?s ?q {ref} }} }} LIMIT 1 }}"
            f" OPTIONAL {{ {ref} <{OWL.deprecated}> ?deprecated }}"
            f" OPTIONAL {{ {ref} <{DCT.isReplacedBy}> ?successor }}"
            " } ORDER BY ?successor LIMIT 1"
        )
        row = rows[0] if rows else {}
        return Standing(
            known="known" in row,
            deprecated=row.get("deprecated") in _TRUE,
            successor=row.get("successor"),
        )

    async def said_of(self, iri: str) -> list[Triple]:
        """Return what is said of a thing, and of blank nodes that it points to."""
        ref = iri_ref(iri)
        return await self.triples(
            f"CONSTRUCT {{ {ref} ?p ?o . ?o ?q ?r }} WHERE {{ {ref} ?p ?o"
            " OPTIONAL { ?o ?q ?r FILTER(isBlank(?o)) } }"
        )

    async def pointing_to(self, iri: str, page: int) -> tuple[list[Triple], bool]:
        """Return one page of what points to a thing, and whether there is another page."""
        ref = iri_ref(iri)
        # One more row than a page holds tells whether there is a next one.
        found = await self.triples(
            f"CONSTRUCT {{ ?s ?p {ref} }} WHERE {{ SELECT ?s ?p WHERE {{ ?s ?p {ref} }}"
            f" ORDER BY ?s ?p LIMIT {PAGE_SIZE + 1} OFFSET {(page - 1) * PAGE_SIZE} }}"
        )
        # In the order of the query (SPARQL 1.1, 15.1: blank nodes first), so that the row too many
        # is the one that the next page begins with.
        found.sort(key=lambda t: (isinstance(t[0], NamedNode), t[0].value, t[1].value))
        return found[:PAGE_SIZE], len(found) > PAGE_SIZE

    async def names(self, iris: Iterable[str], *also: str) -> list[Triple]:
        """Return labels and types of things, so that a page can name what it mentions.

        With the properties `also`, what is said with those too. What is no IRI is left out.
        """
        properties = _listed((RDF.type, RDFS.label, SKOS.prefLabel, *also))
        wanted = sorted({iri for iri in iris if _IRI.fullmatch(iri)})
        batches = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
        # With the properties in a second VALUES, the evaluator would go through all that is said
        # with them of anything: thirty to fifty times as long.
        found = await asyncio.gather(
            *(
                self.triples(
                    f"CONSTRUCT {{ ?x ?p ?o }} WHERE {{ VALUES ?x {{ {_values(batch)} }}"
                    f" ?x ?p ?o FILTER(?p IN ({properties})) }}"
                )
                for batch in batches
            )
        )
        return list(chain.from_iterable(found))

    async def graph(self, iri: str) -> list[Triple]:
        """Return a whole named graph."""
        return await self.triples(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri_ref(iri)} {{ ?s ?p ?o }} }}"
        )

    async def document(self, graph: str, iri: str) -> list[Triple]:
        """Return what a graph says of a document and of its parts, which are hash IRIs."""
        return await self.triples(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri_ref(graph)} {{ ?s ?p ?o"
            f' FILTER(?s = {iri_ref(iri)} || STRSTARTS(STR(?s), "{iri}#")) }} }}'
        )

    async def catalogue(self, base: str) -> list[Triple]:
        """Return what a release says of its graphs, what their policies are, where those are."""
        said = (DCT.title, DCT.license, DCT.rights, DCT.spatial, DCT.temporal, DCT.language,
                DCAT.startDate, DCAT.endDate)  # fmt: skip
        return await self.triples(
            "CONSTRUCT { ?s ?p ?o . ?graph ?about ?text . ?place ?named ?label } WHERE {"
            f" {{ GRAPH {iri_ref(base + 'graph/meta')} {{ ?s ?p ?o"
            f" FILTER(?p IN ({_listed(said)})) }} }}"
            f" UNION {{ ?graph a <{DCAT.Dataset}> . BIND(<{DCT.description}> AS ?about)"
            f" ?graph <{FOAF.primaryTopic}>?/<{DCT.description}> ?text }}"
            f" UNION {{ BIND(<{SKOS.prefLabel}> AS ?named)"
            f" {iri_ref(base)} <{DCT.spatial}> ?place . ?place <{SKOS.prefLabel}> ?label }} }}"
        )

    async def policy(self, iri: str) -> list[Triple]:
        """Return a policy with its elements and everything that is said about it and them.

        It follows the written direction, so that it also works on a dump without inferences.
        """
        ref = iri_ref(iri)
        part = "|".join(iri_ref(PG_NS + name) for name in _ELEMENT_OF)
        about = "|".join(
            iri_ref(p)
            for p in (
                PG.aboutDocument,
                PG.assesses,
                PG.alignmentOf,
                ELI.realizes,
                RDF.subject,
                RDF.object,
            )
        )
        return await self.triples(
            "CONSTRUCT { ?s ?p ?o } WHERE { {"
            f" SELECT DISTINCT ?s WHERE {{ {{ BIND({ref} AS ?s) }}"
            f" UNION {{ ?s {part}|{about} {ref} }}"
            f" UNION {{ ?part {part} {ref} . ?s <{PG.alignmentOf}> ?part }}"
            f" UNION {{ {ref} <{CV.hasParticipation}> ?s }}"
            f" UNION {{ ?part {part} {ref} . ?part <{CV.hasParticipation}> ?s }}"
            f" UNION {{ ?expression <{ELI.realizes}> {ref} . ?s <{ELI.embodies}> ?expression }}"
            " } } ?s ?p ?o }"
        )

    async def policies(self) -> list[Triple]:
        """Return the policies that are described, with what a list shows of each."""
        shown = (RDF.type, SKOS.prefLabel, RDFS.label, DCT.title, DCT.description, DCT.issued,
                 DCT.spatial, DCT.publisher)  # fmt: skip
        return await self.triples(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s a <{PG.PolicyDocument}> ; ?p ?o"
            f" FILTER(?p IN ({_listed(shown)})) }}"
        )

    async def saved_queries(self, graph: str) -> list[Row]:
        """Return what a graph says of its saved queries in texts: with `QUERY_TEXTS` the query."""
        return await self.rows(
            "SELECT DISTINCT ?query ?property ?value (LANG(?value) AS ?lang) WHERE {"
            f" GRAPH {iri_ref(graph)} {{ ?query ?kind ?text ; ?property ?value"
            f" FILTER(isLiteral(?text) && isLiteral(?value) && ?kind IN ({_listed(QUERY_TEXTS)}))"
            " } } ORDER BY ?query ?property ?value"
        )

    async def saved_parts(self, graph: str) -> list[Row]:
        """Return the parameters and columns of the saved queries, with a label in each language.

        A parameter has an example.
        """
        return await self.rows(
            "SELECT ?query ?name ?example ?label (LANG(?label) AS ?lang) WHERE {"
            f" GRAPH {iri_ref(graph)} {{ {{ ?query <{SH.parameter}> ?parameter ."
            f" ?parameter <{DCT.identifier}> ?name ; <{SH.description}> ?example"
            f" OPTIONAL {{ ?parameter <{SH.name}> ?label }} }} UNION {{"
            f" ?query <{SCHEMA.result}>/<{CSVW.tableSchema}>/<{CSVW.column}> ?column ."
            f" ?column <{CSVW.name}> ?name ; <{CSVW.title}> ?label }} }} }}"
            " ORDER BY ?query ?name ?label"
        )

    async def alike(self, iri: str, below: str, most: int) -> list[str]:
        """Return at most so many things of the kind of a thing that are named as deep as it is.

        Its kind is our own class of it where it has one: those of others are wider.
        """
        this, ours = iri_ref(iri), f'"{PG_NS}"'
        depth = iri.removeprefix(below).count("/")
        rows = await self.rows(
            f"SELECT DISTINCT ?thing WHERE {{ {this} a ?class . ?thing a ?class"
            f" FILTER(?class != <{PG.PolicyElement}> && (STRSTARTS(STR(?class), {ours})"
            f" || NOT EXISTS {{ {this} a ?own FILTER(STRSTARTS(STR(?own), {ours})) }}))"
            f" FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), STR({iri_ref(below)})) && REGEX("
            f'STRAFTER(STR(?thing), STR({iri_ref(below)})), "^[^/]+(/[^/]+){{{depth}}}$"))'
            f" }} ORDER BY ?thing LIMIT {most}"
        )
        return [row["thing"] for row in rows]

    async def used_classes(self, most: int) -> dict[str, int]:
        """Return the classes of things and how many things each has, the largest first."""
        return await self._counted("?x a ?term", most)

    async def used_properties(self, most: int) -> dict[str, int]:
        """Return the properties of statements and how often each is used, the most used first."""
        return await self._counted("?x ?term ?y", most)

    async def _counted(self, pattern: str, most: int) -> dict[str, int]:
        rows = await self.rows(
            f"SELECT ?term (COUNT(*) AS ?n) WHERE {{ {pattern} FILTER(isIRI(?term)) }}"
            f" GROUP BY ?term ORDER BY DESC(?n) ?term LIMIT {most}"
        )
        return {row["term"]: int(row["n"]) for row in rows}

    async def properties_of_classes(self, most: int) -> list[tuple[str, str]]:
        """Return which class has which property, as pairs."""
        rows = await self.rows(
            "SELECT DISTINCT ?class ?property WHERE { ?x a ?class ; ?property ?y }"
            f" ORDER BY ?class ?property LIMIT {most}"
        )
        return [(row["class"], row["property"]) for row in rows]


_TRUE = ("true", "1")
_ELEMENT_OF = ("elementOf", "principleOf", "pillarOf", "actionPointOf", "goalOf", "riskOf")
