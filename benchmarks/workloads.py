"""The queries that are measured, each with parameters that differ from one time to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.triples import document, initiative, organisation, thing
from benchmarks.words import BODIES, COUNTRIES, INSTRUMENTS, KINDS, STATUSES, THEMES
from policygraph.namespaces import VOCABULARIES, prefixes

RESULTS = "application/sparql-results+json"
GRAPH = "application/n-triples"

_USED = "pg adms cv dct org rdf rdfs skos xsd country instrument kind sdg status theme"
PROLOGUE = "".join(f"PREFIX {name}: <{prefixes()[name]}>\n" for name in _USED.split())
LABEL = f"<{VOCABULARIES['rdfs']}label>"

Make = Callable[[Random, int], str]
"""Makes the text of a query from a source of chance and the number of documents in the graph."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A query with a name."""

    name: str
    kind: str
    """point, join, aggregate, path, scan, match, construct or describe."""
    make: Make
    accept: str = RESULTS

    def text(self, seed: object, documents: int) -> str:
        """Return the query for a seed: the same for the same seed, else another text."""
        made = self.make(Random(f"{self.name}/{seed}"), documents)
        return f"{PROLOGUE}{made}\n# {seed}"


def parts(number: int) -> list[str]:
    """Return things that every document of the generator has."""
    below = thing(f"policy/{document(number)}")[:-1]
    found = [thing(f"policy/{document(number)}"), initiative(number)]
    found += [organisation(3 * number + index) for index in range(3)]
    for name, count in (("pillar", 3), ("principle", 4), ("goal", 2), ("risk", 2), ("takeaway", 3),
                        ("participation", 3), ("assessment", 1), ("alignment", 1)):  # fmt: skip
        found += [f"{below}/{name}/{index}>" for index in range(1, count + 1)]
    return [*found, f"{below}/nl>", f"{below}/en>", f"{below}/nl/pdf>", f"{below}/en/pdf>"]


_POINTS: tuple[Callable[[str], str], ...] = (
    lambda iri: f"SELECT ?property ?value WHERE {{ {iri} ?property ?value }}",
    lambda iri: f"SELECT ?p ?o WHERE {{ {iri} ?p ?o }}",
    lambda iri: (
        f"SELECT ?label ?type WHERE {{ {iri} a ?type ; {LABEL} ?label "
        'FILTER(LANG(?label) = "nl") }'
    ),
    lambda iri: (
        f"SELECT ?type ?label WHERE {{ {iri} a ?type ; {LABEL} ?label "
        'FILTER(LANG(?label) = "en") }'
    ),
    lambda iri: f"SELECT ?p ?label WHERE {{ {iri} ?p ?o . ?o {LABEL} ?label }}",
    lambda iri: f"SELECT * {{ {iri} ?p ?o }}",
)


def point_queries(documents: int, seed: int) -> Iterator[str]:
    """Yield small queries in an order by chance, no two of them the same."""
    chance = Random(seed)
    numbers = list(range(documents))
    turns = [(shape, part) for shape in range(len(_POINTS)) for part in range(len(parts(0)))]
    chance.shuffle(turns)
    for shape, part in turns:
        chance.shuffle(numbers)
        for number in numbers:
            yield _POINTS[shape](parts(number)[part])


def _point(shape: int) -> Make:
    def make(chance: Random, documents: int) -> str:
        return _POINTS[shape](chance.choice(parts(chance.randrange(documents))))

    return make


def _country(chance: Random) -> str:
    return f"country:{chance.choice(list(COUNTRIES))}"


def _join_actions(chance: Random, _: int) -> str:
    return f"""SELECT ?action ?label ?pillarLabel WHERE {{
  ?policy dct:spatial {_country(chance)} ; pg:hasActionPoint ?action .
  ?action adms:status status:{chance.choice(STATUSES)} ; pg:inPillar ?pillar ; rdfs:label ?label .
  ?pillar rdfs:label ?pillarLabel .
  FILTER(LANG(?label) = "en" && LANG(?pillarLabel) = "en")
}}"""


def _join_bodies(chance: Random, _: int) -> str:
    return f"""SELECT ?policy ?action ?body ?name WHERE {{
  ?action pg:instrument instrument:{chance.choice(INSTRUMENTS)} ; pg:actionPointOf ?policy ;
    cv:hasParticipation ?participation .
  ?participation cv:hasParticipant ?body ; cv:role ?role .
  ?body skos:prefLabel ?name ; pg:kind ?kind .
  FILTER(LANG(?name) = "nl" && ?kind != kind:{chance.choice(BODIES)})
}}"""


def _join_principles(chance: Random, _: int) -> str:
    return f"""SELECT ?principle ?label ?issued ?publisher WHERE {{
  ?principle pg:theme theme:{chance.choice(THEMES)} ; pg:kind kind:{chance.choice(KINDS)} ;
    pg:principleOf ?policy ; rdfs:label ?label .
  ?policy dct:issued ?issued ; dct:publisher/skos:prefLabel ?publisher .
  FILTER(?issued >= "20{chance.randrange(16, 22)}-01-01"^^xsd:date)
  FILTER(LANG(?label) = "nl" && LANG(?publisher) = "nl")
}}"""


def _join_optional(chance: Random, _: int) -> str:
    return f"""SELECT ?action ?goal ?initiativeLabel ?from WHERE {{
  ?policy dct:spatial {_country(chance)} .
  ?action pg:actionPointOf ?policy ; pg:instrument instrument:{chance.choice(INSTRUMENTS)} .
  OPTIONAL {{ ?action pg:realisesPrinciple/pg:alignsWithSDG ?goal }}
  OPTIONAL {{ ?action pg:concernsInitiative/rdfs:label ?initiativeLabel }}
  OPTIONAL {{ ?action pg:earliest ?from }}
}}"""


def _instruments_by_country(chance: Random, _: int) -> str:
    return f"""SELECT ?place ?instrument (COUNT(DISTINCT ?action) AS ?actions) WHERE {{
  ?action pg:instrument ?instrument ; pg:actionPointOf/dct:spatial ?place .
  FILTER(?instrument != instrument:{chance.choice(INSTRUMENTS)} && ?place != {_country(chance)})
}} GROUP BY ?place ?instrument"""


def _themes_by_year(chance: Random, _: int) -> str:
    return f"""SELECT ?theme ?year (COUNT(?principle) AS ?principles) WHERE {{
  ?principle pg:theme ?theme ; pg:principleOf/dct:issued ?issued BIND(YEAR(?issued) AS ?year)
}} GROUP BY ?theme ?year HAVING(COUNT(?principle) != {chance.randrange(2, 100)})"""


def _scores(chance: Random, _: int) -> str:
    return f"""SELECT ?place (AVG(?score) AS ?mean) (COUNT(?policy) AS ?policies) WHERE {{
  ?assessment pg:assesses ?policy ; pg:impactScore ?score . ?policy dct:spatial ?place ;
    pg:earliest ?day FILTER(?day >= "20{chance.randrange(16, 22)}-06-30"^^xsd:date)
}} GROUP BY ?place"""


def _responsible(chance: Random, _: int) -> str:
    return f"""SELECT ?kind ?status (COUNT(*) AS ?n) WHERE {{
  ?action a pg:ActionPoint ; adms:status ?status ; pg:hasStakeholder ?body . ?body pg:kind ?kind .
  FILTER(?status != status:{chance.choice(STATUSES)} && ?kind != kind:{chance.choice(BODIES)})
}} GROUP BY ?kind ?status"""


def _classes(chance: Random, _: int) -> str:
    return f"""SELECT ?class (COUNT(?thing) AS ?n) WHERE {{ ?thing a ?class }}
GROUP BY ?class HAVING(COUNT(?thing) > {chance.randrange(20)})"""


def _predicates(chance: Random, _: int) -> str:
    return f"""SELECT ?p (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o }}
GROUP BY ?p HAVING(COUNT(*) > {chance.randrange(20)})"""


def _reachable(chance: Random, documents: int) -> str:
    start = thing(f"policy/{document(chance.randrange(documents // 2, documents))}")
    links = "pg:cites|pg:alignedWithPolicy|pg:implements|pg:succeeds"
    return f"SELECT ?policy WHERE {{ {start} ({links})+ ?policy }}"


def _path_parts(chance: Random, _: int) -> str:
    return f"""SELECT DISTINCT ?body ?top WHERE {{
  ?policy dct:spatial {_country(chance)} ; pg:hasElement/pg:inPillar*/pg:hasStakeholder ?body .
  ?body org:subOrganizationOf* ?top . FILTER NOT EXISTS {{ ?top org:subOrganizationOf ?above }}
}}"""


def _contains(chance: Random, _: int) -> str:
    word = chance.choice(["sandbox", "taalmodel", "register", "meldpunt", "rekenkracht"])
    return f"""SELECT ?thing ?label WHERE {{
  ?thing skos:prefLabel ?label FILTER(CONTAINS(LCASE(STR(?label)), "{word}"))
}}"""


def _regex(chance: Random, _: int) -> str:
    digit = chance.randrange(10)
    return f"""SELECT (COUNT(*) AS ?n) WHERE {{
  ?s ?p ?o FILTER(isLiteral(?o) && REGEX(STR(?o), "policy-[0-9]*{digit}{digit} "))
}}"""


def _match(chance: Random, documents: int) -> str:
    this = thing(f"policy/{document(chance.randrange(documents))}")
    return f"""SELECT ?other (COUNT(DISTINCT ?theme) AS ?shared) WHERE {{
  {this} pg:hasPrinciple/pg:theme ?theme .
  ?other pg:hasPrinciple/pg:theme ?theme FILTER(?other != {this})
}} GROUP BY ?other"""


def _close(chance: Random, _: int) -> str:
    return f"""SELECT ?one ?oneLabel ?other ?otherLabel WHERE {{
  ?one skos:closeMatch ?other ; pg:theme ?theme ; pg:principleOf/dct:spatial {_country(chance)} .
  ?other rdfs:label ?otherLabel . ?one rdfs:label ?oneLabel .
  FILTER(LANG(?oneLabel) = LANG(?otherLabel))
}}"""


def _construct(chance: Random, _: int) -> str:
    return f"""CONSTRUCT {{ ?policy pg:hasElement ?part . ?part a ?kind ; rdfs:label ?label }}
WHERE {{
  ?policy dct:spatial {_country(chance)} ; pg:bindingStatus kind:non-binding ; pg:hasElement ?part .
  ?part a ?kind ; rdfs:label ?label
}}"""


def _describe(chance: Random, documents: int) -> str:
    below = document(chance.randrange(documents))
    return f"DESCRIBE {thing(f'policy/{below}/principle/{chance.randrange(1, 5)}')}"


WORKLOADS = (
    Workload("thing", "point", _point(0)),
    Workload("names", "point", _point(2)),
    Workload("neighbours", "point", _point(4)),
    Workload("actions", "join", _join_actions),
    Workload("bodies", "join", _join_bodies),
    Workload("principles", "join", _join_principles),
    Workload("optional", "join", _join_optional),
    Workload("instruments by country", "aggregate", _instruments_by_country),
    Workload("themes by year", "aggregate", _themes_by_year),
    Workload("mean scores", "aggregate", _scores),
    Workload("statuses by kind of body", "aggregate", _responsible),
    Workload("classes", "aggregate", _classes),
    Workload("predicates", "aggregate", _predicates),
    Workload("linked documents", "path", _reachable),
    Workload("bodies above", "path", _path_parts),
    Workload("word in labels", "scan", _contains),
    Workload("pattern in all texts", "scan", _regex),
    Workload("shared themes", "match", _match),
    Workload("close principles", "match", _close),
    Workload("outline", "construct", _construct, GRAPH),
    Workload("describe", "describe", _describe, GRAPH),
)
