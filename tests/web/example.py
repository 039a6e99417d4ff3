"""A small release that is made by hand, with one policy and with what a hostile dump may hold."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from policygraph.release import DOWNLOADS, MANIFEST, Release, ReleaseFile, open_release
from policygraph.settings import Portal

BASE = "https://w3id.org/policygraph/"
VISION = BASE + "id/policy/vision"
HUB = BASE + "id/organisation/hub"
EVIL = BASE + "id/organisation/evil"
OLD = BASE + "id/policy/old"
POINTING = 2100

PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <https://w3id.org/policygraph/id/organisation/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pg: <https://w3id.org/policygraph/ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shapes: <https://w3id.org/policygraph/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix v: <https://w3id.org/policygraph/id/policy/vision/> .
@prefix policy: <https://w3id.org/policygraph/id/policy/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

GRAPHS = {
    "vision": """
policy:vision a pg:PolicyDocument ; dct:identifier "vision" ;
  skos:prefLabel "Visie"@nl , "Vision"@en ; dct:issued "2024-01-18"^^xsd:date ;
  dct:description "Een visie op alles."@nl ; pg:cites policy:old ;
  cv:hasParticipation <https://w3id.org/policygraph/id/policy/vision/participation/1> .
<https://w3id.org/policygraph/id/policy/vision/participation/1> a cv:Participation ;
  cv:hasParticipant org:hub ; cv:role <https://w3id.org/policygraph/id/role/author> .
<https://w3id.org/policygraph/id/policy/vision/principle/1> a pg:Principle ;
  pg:principleOf policy:vision ; pg:number "1" ; pg:order 1 ; pg:standing pg:Listed ;
  skos:prefLabel "Veilig"@nl , "Safe"@en ; pg:evidenceLevel pg:SecondarySource ;
  pg:theme <https://w3id.org/policygraph/id/theme/safety> .
<https://w3id.org/policygraph/id/policy/vision/pillar/1> a pg:Pillar ; pg:pillarOf policy:vision ;
  pg:number "1" ; pg:order 1 ; skos:prefLabel "Samenwerken"@nl .
<https://w3id.org/policygraph/id/policy/vision/pillar/2> a pg:Pillar ; pg:pillarOf policy:vision ;
  pg:number "2" ; pg:order 2 ; skos:prefLabel "Toezicht"@nl .
<https://w3id.org/policygraph/id/policy/vision/action/1.10> a pg:ActionPoint ;
  pg:actionPointOf policy:vision ;
  pg:inPillar <https://w3id.org/policygraph/id/policy/vision/pillar/1> ;
  pg:number "1.10" ; pg:order 10 ; pg:standing pg:Listed ; skos:prefLabel "tiende"@nl .
<https://w3id.org/policygraph/id/policy/vision/action/1.2> a pg:ActionPoint ;
  pg:actionPointOf policy:vision ;
  pg:inPillar <https://w3id.org/policygraph/id/policy/vision/pillar/1> ;
  pg:number "1.2" ; pg:order 2 ; pg:standing pg:Listed ; skos:prefLabel "tweede"@nl .
<https://w3id.org/policygraph/id/policy/vision/action/dialogue> a pg:ActionPoint ;
  pg:actionPointOf policy:vision ;
  pg:inPillar <https://w3id.org/policygraph/id/policy/vision/pillar/1> ;
  pg:order 11 ; pg:standing pg:InText ; skos:prefLabel "dialoog"@nl .
<https://w3id.org/policygraph/id/policy/vision/alignment/1> a pg:SDGAlignment ;
  pg:alignmentOf policy:vision ; pg:goal <http://metadata.un.org/sdg> ; pg:basis pg:StatedInSource .
<https://w3id.org/policygraph/id/policy/vision/alignment/2> a pg:SDGAlignment ;
  pg:alignmentOf <https://w3id.org/policygraph/id/policy/vision/principle/1> ;
  pg:goal <http://metadata.un.org/sdg/9> ; pg:basis pg:CuratorInterpretation ;
  pg:rationale "omdat"@nl .
""",
    "stakeholders": """
org:hub a pg:Stakeholder ; skos:prefLabel "Spil"@nl , "Moyeu"@fr .
org:evil a pg:Stakeholder ; skos:prefLabel "</script><script>alert(1)</script>"@nl ;
  rdfs:seeAlso <javascript:alert(1)> , <https://example.org/fine> .
<https://w3id.org/policygraph/id/theme/safety> skos:prefLabel "Veiligheid"@nl , "Safety"@en .
<https://w3id.org/policygraph/id/role/author> skos:prefLabel "auteur"@nl , "author"@en .
policy:old owl:deprecated true ; dct:isReplacedBy policy:vision ; skos:prefLabel "oud"@nl .
<https://w3id.org/policygraph/id/organisation/a%20b> skos:prefLabel "spatie"@nl .
<https://w3id.org/policygraph/id/organisation/ministère> skos:prefLabel "ministère"@fr .
"""
    + "".join(f"<{BASE}id/initiative/i{n:03}> dct:creator org:hub .\n" for n in range(POINTING)),
    "ontology": """
<https://w3id.org/policygraph/ns#> a owl:Ontology ;
  owl:versionIRI <https://w3id.org/policygraph/ns/1.0> ; dct:title "Ontologie"@nl , "Ontology"@en .
pg:PolicyDocument a owl:Class ; rdfs:label "beleidsdocument"@nl , "policy document"@en .
pg:theme a owl:ObjectProperty ; rdfs:label "thema"@nl .
pg:impactScore a owl:DatatypeProperty ; rdfs:range xsd:integer ; rdfs:label "score"@nl .
""",
    "shapes": """
<https://w3id.org/policygraph/shapes#> owl:versionIRI <https://w3id.org/policygraph/shapes/1.0> .
shapes:Policy a sh:NodeShape ; sh:targetClass pg:PolicyDocument ; sh:property shapes:Policy-title .
shapes:Policy-title a sh:PropertyShape ; sh:path dct:title ; sh:message "Geef een titel"@nl ;
  sh:sparql shapes:Policy-title-query .
shapes:Policy-title-query a sh:SPARQLConstraint ;
  sh:prefixes <https://w3id.org/policygraph/shapes#> ;
  sh:select "SELECT $this { $this dct:title ' ' }" .
<https://w3id.org/policygraph/shapes#> sh:declare shapes:prefix-dct .
shapes:prefix-dct sh:prefix "dct" ; sh:namespace "http://purl.org/dc/terms/"^^xsd:anyURI .
""",
    "queries": """
<https://w3id.org/policygraph/queries/all> a sh:SPARQLExecutable ;
  sh:select "SELECT * { ?s ?p ?o }" ;
  skos:prefLabel "Alles"@nl , "Everything"@en ; rdfs:comment "Wat is er?"@nl ;
  sh:parameter <https://w3id.org/policygraph/queries/all#what> .
<https://w3id.org/policygraph/queries/all#what> a sh:Parameter ; dct:identifier "what" ;
  sh:name "what"@en ; sh:description "<http://example.org/a>" .
<https://w3id.org/policygraph/queries#prefixes>
  sh:declare <https://w3id.org/policygraph/queries#prefix-pg> .
<https://w3id.org/policygraph/queries#prefix-pg> sh:prefix "pg" .
""",
    "meta": """
<https://w3id.org/policygraph/> a <http://rdfs.org/ns/void#Dataset> ; dct:title "policygraph"@en .
<https://w3id.org/policygraph/graph/vision> dct:title "Graaf"@nl .
""",
}


def make_release(folder: Path, graphs: Mapping[str, str] = GRAPHS) -> Release:
    """Return the example, or other graphs (Turtle by slug), as a release below `folder`."""
    (folder / DOWNLOADS / "tables").mkdir(parents=True)
    quads: list[ox.Quad] = []
    counts = {}
    for slug, text in graphs.items():
        graph = ox.NamedNode(f"{BASE}graph/{slug}")
        own = list(ox.parse((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE))
        counts[slug] = len(own)
        quads += [ox.Quad(q.subject, q.predicate, q.object, graph) for q in own]
    data = "".join(f"{quad} .\n" for quad in quads).encode()
    contents = {
        "policygraph.nq": (data, "application/n-quads"),
        "vision.ttl": ((PREFIXES + graphs["vision"]).encode(), "text/turtle"),
        "tables/action-point.csv": (b"iri,number\r\n", "text/csv"),
    }
    files = {}
    for name, (content, media_type) in contents.items():
        packed = gzip.compress(content, mtime=0)
        for full, body, kind in (
            (name, content, media_type),
            (name + ".gz", packed, "application/gzip"),
        ):
            (folder / DOWNLOADS / full).write_bytes(body)
            files[full] = ReleaseFile(full, len(body), hashlib.sha256(body).hexdigest(), kind)
    portal = Portal(base=BASE, version="1.2", date="2026-11-24", languages=("nl", "en", "fr"),
                    title={"nl": "Proef", "en": "Trial"})  # fmt: skip
    release = Release(folder, hashlib.sha256(data).hexdigest(), portal, counts, files)
    (folder / MANIFEST).write_text(json.dumps(release.manifest()), encoding="utf-8")
    return open_release(folder)
