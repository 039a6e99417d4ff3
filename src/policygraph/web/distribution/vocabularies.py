"""`/ns`, `/shapes`, `/context.jsonld`: what terms mean, and what data must meet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.errors import NotFound
from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.namespaces import DCT, OWL, RDF, RDFS, SCHEMA, SH, SKOS, VOCABULARIES, XSD
from policygraph.web.about.modelmap import core, draw_model, read_model
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.endpoint.description import dataset_access
from policygraph.web.facts import Facts, Link, Text, mentioned
from policygraph.web.lookup import iri_ref
from policygraph.web.negotiate import pick
from policygraph.web.questions import of_class, of_property
from policygraph.web.serialise import write_graph
from policygraph.web.site import PageMaker, address_of, site_of
from policygraph.web.things.resources import OFFERS, about_graph, alternates, split_suffix

CLASSES = (OWL.Class, RDFS.Class)
PROPERTIES = (
    OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property,
)  # fmt: skip
GRAPH_OF = {"/ns": "ontology", "/shapes": "shapes"}


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or individual of the ontology."""

    link: Link
    anchor: str
    name: str
    definition: Text
    note: Text
    above: list[Link]
    from_: list[Link]
    to: list[Link]
    question: str
    """The query for what has this class or property; nothing for an individual."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape with its rules."""

    link: Link
    anchor: str
    description: Text
    targets: list[Link]
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the property that it is about, and what the curator is told."""

    path: list[Link]
    anchor: str
    message: Text
    severity: str
    code: str
    """The text of a query or a prefix, where it is one."""


async def vocabulary(request: Request) -> Response:
    """Return the ontology or the shapes as a page or RDF: 200, since their terms are hash IRIs."""
    site = site_of(request)
    path, suffix = split_suffix(request.scope["path"])
    if path not in GRAPH_OF:
        raise NotFound(f"There is nothing at {request.scope['path']}.")
    asked = suffix or request.query_params.get("format")
    chosen = pick(request.headers.get("accept"), asked, OFFERS)
    page = site.page(request)
    vary = "" if asked else "Accept"
    if isinstance(chosen, Format):
        tag = site.tag("vocabulary", path, chosen.name)
        known = not_modified(request, tag, vary)
    else:
        known = page.known()
    if known:
        return known
    lookup = site.lookup(request)
    triples = await lookup.graph(site.graph(GRAPH_OF[path]))
    if not triples:
        raise NotFound(f"This portal has no graph {site.graph(GRAPH_OF[path])}.")
    links = {"Link": f"{alternates(site.here(path))}, {about_graph(site, GRAPH_OF[path])}"}
    if isinstance(chosen, Format):
        body = write_graph(triples, chosen, site.prefixes)
        headers = cache_headers(tag, vary) | links | {"Content-Type": chosen.content_type}
        return Response(body, headers=headers)
    facts = page.facts([*triples, *await lookup.names(mentioned(triples))])
    make = _ontology if path == "/ns" else _shapes
    return make(page, facts, links["Link"])


async def part(request: Request) -> Response:
    """Redirect from a version or a part of the terms to the document that tells of it (303)."""
    site = site_of(request)
    path = request.scope["path"]
    document, iri = "/" + path.split("/")[1], iri_ref(site.release.urls.thing(path))
    graph = iri_ref(site.graph(GRAPH_OF[document]))
    query = f"SELECT * {{ GRAPH {graph} {{ {{ {iri} ?p ?o }} UNION {{ ?s ?p {iri} }} }} }} LIMIT 1"
    if not await site.lookup(request).rows(query):
        raise NotFound(f"There is nothing at {path}.")
    headers = {"Cache-Control": "public, max-age=60"}
    return RedirectResponse(site.here(document), status_code=303, headers=headers)


def _ontology(page: PageMaker, facts: Facts, links: str) -> Response:
    ontology = next(iter(sorted(facts.subjects(OWL.Ontology))), "")
    namespace = ontology.rstrip("#") + "#"
    own = {iri for iri in facts.subjects() if iri.startswith(namespace) and iri != ontology}
    classes = own & {iri for type_ in CLASSES for iri in facts.subjects(type_)}
    properties = own & {iri for type_ in PROPERTIES for iri in facts.subjects(type_)}
    groups = [
        ("classes", _terms(facts, classes, partial(of_class, language=page.language))),
        ("properties", _terms(facts, properties, of_property)),
        ("individuals", _terms(facts, own - classes - properties)),
    ]
    boxes = core(read_model(facts, namespace))
    return page.render(
        "ontology.html",
        link_header=links,
        title=facts.label(ontology).value if ontology else "ns",
        description=facts.text(ontology, DCT.description),
        iri=ontology,
        version=facts.plain(ontology, OWL.versionInfo),
        groups=groups,
        drawing=draw_model(boxes) if boxes else None,
    )


def _terms(
    facts: Facts, iris: Iterable[str], question: Callable[[str], str] = lambda _: ""
) -> list[Term]:
    terms = [
        Term(
            facts.link(iri),
            iri.rpartition("#")[2],
            facts.short(iri),
            facts.text(iri, SKOS.definition, RDFS.comment),
            facts.text(iri, SKOS.scopeNote),
            facts.links(iri, RDFS.subClassOf, RDFS.subPropertyOf),
            facts.links(iri, SCHEMA.domainIncludes, RDFS.domain),
            facts.links(iri, SCHEMA.rangeIncludes, RDFS.range),
            question(iri),
        )
        for iri in iris
    ]
    return sorted(terms, key=lambda term: term.anchor.casefold())


def _shapes(page: PageMaker, facts: Facts, links: str) -> Response:
    shapes = [
        Shape(
            facts.link(iri),
            iri.rpartition("#")[2],
            facts.text(iri, SH.description, RDFS.comment),
            facts.links(iri, SH.targetClass),
            [_rule(facts, rule) for rule in facts.iris(iri, SH.property, SH.sparql)],
        )
        for iri in sorted(facts.subjects(SH.NodeShape))
        if not iri.startswith("_:")
    ]
    rules = {rule.anchor for shape in shapes for rule in shape.rules}
    shown = rules | {shape.anchor for shape in shapes}
    named = {iri.rpartition("#")[2]: iri for iri in facts.subjects() if "#" in iri}
    parts = [_rule(facts, named[anchor]) for anchor in sorted(named.keys() - shown - {""})]
    return page.render(
        "shapes.html", link_header=links, title=page.text("shapes"), shapes=shapes, parts=parts
    )


def _rule(facts: Facts, iri: str) -> Rule:
    severity = next(iter(facts.iris(iri, SH.severity)), SH.Violation)
    prefix = facts.plain(iri, SH.prefix)
    return Rule(
        facts.links(iri, SH.path),
        iri.rpartition("#")[2],
        facts.text(iri, SH.message, SH.name) or facts.label(iri),
        severity.rpartition("#")[2],
        f"{prefix}: <{facts.plain(iri, SH.namespace)}>" if prefix else facts.plain(iri, SH.select),
    )


async def context(request: Request) -> Response:
    """Return the JSON-LD context: every prefix, and the types of our own properties."""
    site = site_of(request)
    tag = site.tag("context")
    known = not_modified(request, tag, "")
    if known:
        return known
    rows = await site.lookup(request).rows(
        f"SELECT ?property ?type ?range WHERE {{ GRAPH <{site.graph('ontology')}> {{"
        f" ?property a ?type OPTIONAL {{ ?property <{RDFS.range}> ?range }} }}"
        f" VALUES ?type {{ <{OWL.ObjectProperty}> <{OWL.DatatypeProperty}> }}"
        " } ORDER BY ?property ?range"
    )
    facts = site.page(request).facts(())
    terms: dict[str, object] = {"@version": 1.1, "id": "@id", "type": "@type"}
    terms |= dict(sorted(site.prefixes.items()))
    for row in rows:
        name = facts.short(row["property"])
        if row["type"] == OWL.ObjectProperty:
            terms[name] = {"@id": name, "@type": "@id"}
        elif row.get("range", "").startswith(VOCABULARIES["xsd"]) and row["range"] != XSD.string:
            terms[name] = {"@id": name, "@type": row["range"]}
    body = json.dumps({"@context": terms}, ensure_ascii=False, indent=1) + "\n"
    headers = cache_headers(tag, "")
    return Response(body, headers=headers, media_type="application/ld+json")


async def void(request: Request) -> Response:
    """Return what describes the dataset (VoID, section 7): the graph `meta`, and where to get it.

    The description in a release cannot know at which address it is served.
    """
    site = site_of(request)
    chosen = pick(request.headers.get("accept"), request.query_params.get("format"),
                  (*GRAPH_FORMATS, *OFFERS[:1]))  # fmt: skip
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=60"}
    if not isinstance(chosen, Format):
        target = "/doc/graph/meta" if "meta" in site.release.graphs else "/"
        return RedirectResponse(site.here(target), status_code=303, headers=headers)
    address = address_of(request)
    tag = site.tag("void", address, chosen.name)
    known = not_modified(request, tag, "Accept") or site.pages.find(tag)
    if known:
        return known
    meta = await site.lookup(request).graph(site.graph("meta"))
    triples = dict.fromkeys([*meta, *dataset_access(site, address)])
    body = write_graph(triples, chosen, site.prefixes, first=site.release.portal.base)
    here = site.here("/.well-known/void")
    links = ", ".join(
        f'<{here}?format={f.name}>; rel="alternate"; type="{f.media_type}"' for f in GRAPH_FORMATS
    )
    headers = cache_headers(tag, "Accept") | {"Content-Type": chosen.content_type, "Link": links}
    response = Response(body, headers=headers)
    site.pages.keep(tag, response)
    return response
