"""Namespaces and prefixes: one table, in a fixed order, and a closed list of our own terms."""

from __future__ import annotations

BASE = "https://w3id.org/policygraph/"
"""The base of this repository's own portal; a portal of somebody else sets its own."""

PG_NS = BASE + "ns#"
"""Namespace of the ontology. It is the same for every portal: terms are shared, things are not."""

SHAPES_NS = BASE + "shapes#"

VOCABULARIES: dict[str, str] = {
    "pg": PG_NS,
    "pgsh": SHAPES_NS,
    "adms": "http://www.w3.org/ns/adms#",
    "bibo": "http://purl.org/ontology/bibo/",
    "csvw": "http://www.w3.org/ns/csvw#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sdgo": "http://metadata.un.org/sdg/ontology#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Vocabularies that the graph uses."""

REFERENCES: dict[str, str] = {
    "country": "http://publications.europa.eu/resource/authority/country/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "file-type": "http://publications.europa.eu/resource/authority/file-type/",
    "language": "http://publications.europa.eu/resource/authority/language/",
    "licence": "http://publications.europa.eu/resource/authority/licence/",
    "nuts": "http://data.europa.eu/nuts/code/",
    "resource-type": "http://publications.europa.eu/resource/authority/resource-type/",
    "sdg": "http://metadata.un.org/sdg/",
    "wd": "http://www.wikidata.org/entity/",
}
"""Reference lists of others that the data points to."""

THINGS: dict[str, str] = {
    "agent": "id/agent/",
    "document": "id/document/",
    "graph": "graph/",
    "group": "id/group/",
    "initiative": "id/initiative/",
    "instrument": "id/instrument/",
    "jurisdiction": "id/jurisdiction/",
    "kind": "id/kind/",
    "mapping": "id/mapping/",
    "metric": "id/metric/",
    "organisation": "id/organisation/",
    "policy": "id/policy/",
    "role": "id/role/",
    "scheme": "id/scheme/",
    "status": "id/status/",
    "theme": "id/theme/",
}
"""What a portal mints, below its base."""


def prefixes(base: str = BASE) -> dict[str, str]:
    """Return every prefix that queries, downloads and pages of a portal may use, name to IRI."""
    return VOCABULARIES | REFERENCES | {name: base + path for name, path in THINGS.items()}


class Vocabulary:
    """The terms of one namespace; a term that is not in the list is an AttributeError.

    RDF never fails on a typo, so Python has to.
    """

    def __init__(self, namespace: str, terms: frozenset[str] | None = None) -> None:
        self._namespace = namespace
        self._terms = terms

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or (self._terms is not None and name not in self._terms):
            raise AttributeError(f"{self._namespace}{name} is not a term that the code may use")
        return self._namespace + name

    def __getitem__(self, name: str) -> str:
        return getattr(self, name)  # type: ignore[no-any-return]  # __getattr__ above returns str

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str) and iri.startswith(self._namespace)


PG = Vocabulary(
    PG_NS,
    frozenset(
        "ActionPoint Basis CuratorInterpretation EvidenceLevel Goal ImpactAssessment InText "
        "Initiative InstrumentType KeyTakeaway Listed Pillar PolicyDocument PolicyElement "
        "PrimarySource Principle PrincipleTheme ReferencedDocument Risk SDGAlignment "
        "SecondarySource Stakeholder StakeholderGroup Standing StatedInSource Uncorroborated "
        "aboutDocument actionPointOf alignedWithPolicy alignmentOf alignsWithSDG assesses "
        "authorityIRI basis bindingStatus cites concernedBy concernsInitiative confirmedBy "
        "earliest elementOf evidenceLevel forJurisdiction goal goalOf hasActionPoint hasElement "
        "hasGoal hasPillar hasPrinciple hasRisk hasStakeholder hasTakeaway impactScore "
        "implements inPillar instrument interpretedSDG kind latest locator namedAs number "
        "officialName officialSymbol order pillarAction pillarOf pointsTo principleOf rationale "
        "realisedBy realisesPrinciple respondsTo responsibleBody riskOf source standing "
        "statesSDG statusDate succeeds theme".split()
    ),
)
ADMS = Vocabulary(VOCABULARIES["adms"])
CV = Vocabulary(VOCABULARIES["cv"])
CSVW = Vocabulary(VOCABULARIES["csvw"])
DCAT = Vocabulary(VOCABULARIES["dcat"])
DCT = Vocabulary(VOCABULARIES["dct"])
DQV = Vocabulary(VOCABULARIES["dqv"])
ELI = Vocabulary(VOCABULARIES["eli"])
FOAF = Vocabulary(VOCABULARIES["foaf"])
ORG = Vocabulary(VOCABULARIES["org"])
OWL = Vocabulary(VOCABULARIES["owl"])
PROV = Vocabulary(VOCABULARIES["prov"])
RDF = Vocabulary(VOCABULARIES["rdf"])
RDFS = Vocabulary(VOCABULARIES["rdfs"])
SCHEMA = Vocabulary(VOCABULARIES["schema"])
SDGO = Vocabulary(VOCABULARIES["sdgo"])
SH = Vocabulary(VOCABULARIES["sh"])
SKOS = Vocabulary(VOCABULARIES["skos"])
SPDX = Vocabulary(VOCABULARIES["spdx"])
VCARD = Vocabulary(VOCABULARIES["vcard"])
VOID = Vocabulary(VOCABULARIES["void"])
VOID_EXT = Vocabulary(VOCABULARIES["void-ext"])
XSD = Vocabulary(VOCABULARIES["xsd"])
