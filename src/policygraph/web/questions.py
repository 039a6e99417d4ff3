"""The queries behind the sections of pages: what a section shows, its link to the editor asks.

The first column of a query names the things that its section lists, and the figure beside a heading
is how many different ones there are. So a reader who opens the query counts what the page counts.
They follow the direction in which the data is written, so that they also hold on a dump.
"""

from __future__ import annotations

import re
from textwrap import dedent

from policygraph.namespaces import PG, PG_NS, VOCABULARIES
from policygraph.web.lookup import iri_ref

_PREFIX = re.compile(r"(?<![\w<:/])([a-z]+):(?=\w)")
_IRIREF = re.compile(r"<[^>]*>|\"[^\"]*\"")

ELEMENT_OF = "pg:principleOf|pg:pillarOf|pg:actionPointOf|pg:goalOf|pg:riskOf"
"""From what a document consists of to the document."""


def query(text: str, **values: str) -> str:
    """Return a query with its prefixes; `$name` in it stands for one of the values."""
    body = dedent(text).strip()
    for name, value in values.items():
        body = body.replace(f"${name}", value)
    body = "\n".join(line.rstrip() for line in body.split("\n") if line.strip())
    used = set(_PREFIX.findall(_IRIREF.sub("", body)))
    head = [f"PREFIX {p}: <{iri}>\n" for p, iri in sorted(VOCABULARIES.items()) if p in used]
    return "".join(head) + "\n" + body + "\n"


def _named(thing: str) -> str:
    """Return the pattern for the label of a thing; it never leaves the thing out."""
    return f"OPTIONAL {{ ?{thing} skos:prefLabel ?label FILTER(LANG(?label) = $language) }}"


_ELEMENTS = """
    SELECT DISTINCT ?element ?number ?label ?standing
    WHERE {
      ?element $part $policy .
      OPTIONAL { ?element pg:order ?order }
      OPTIONAL { ?element pg:number ?number }
      OPTIONAL { ?element pg:standing ?standing }
      $named
    }
    ORDER BY ?order ?number ?element
"""

_POLICY = {
    "identity": """
        SELECT ?property ?value
        WHERE { $policy ?property ?value }
        ORDER BY ?property ?value
    """,
    "evidence": """
        SELECT ?claim ?level
        WHERE {
          {
            { BIND($policy AS ?claim) }
            UNION { ?claim $element_of $policy }
            UNION { ?claim pg:aboutDocument|pg:assesses|pg:alignmentOf|rdf:subject $policy }
            UNION { ?element $element_of $policy . ?claim pg:alignmentOf ?element }
            UNION { $policy cv:hasParticipation ?claim }
            UNION { ?element $element_of $policy . ?element cv:hasParticipation ?claim }
          }
          ?claim pg:evidenceLevel ?level .
        }
        ORDER BY ?level ?claim
    """,
    "principles": _ELEMENTS,
    "goals": _ELEMENTS,
    "risks": _ELEMENTS,
    "actions": """
        SELECT DISTINCT ?action ?number ?label ?standing ?pillar
        WHERE {
          ?action pg:actionPointOf $policy .
          OPTIONAL { ?action pg:order ?order }
          OPTIONAL { ?action pg:number ?number }
          OPTIONAL { ?action pg:standing ?standing }
          OPTIONAL { ?action pg:inPillar ?pillar }
          $named
        }
        ORDER BY ?order ?number ?action ?pillar
    """,
    "pillars": _ELEMENTS,
    "sdgs": """
        SELECT DISTINCT ?goal ?label ?basis ?of ?alignment
        WHERE {
          { BIND($policy AS ?of) } UNION { ?of $element_of $policy }
          ?alignment pg:alignmentOf ?of ;
            pg:goal ?goal .
          OPTIONAL { ?alignment pg:basis ?basis }
          $named
        }
        ORDER BY ?goal ?basis ?of
    """,
    "involved": """
        SELECT DISTINCT ?participant ?label ?role ?of ?participation
        WHERE {
          { BIND($policy AS ?of) } UNION { ?of $element_of $policy }
          ?of cv:hasParticipation ?participation .
          ?participation cv:hasParticipant ?participant .
          OPTIONAL { ?participation cv:role ?role }
          $named
        }
        ORDER BY ?role ?label ?participant ?of ?participation
    """,
    "initiatives": """
        SELECT DISTINCT ?initiative ?label ?kind ?element
        WHERE {
          ?element $element_of $policy ;
            pg:concernsInitiative ?initiative .
          OPTIONAL { ?initiative pg:kind ?kind }
          $named
        }
        ORDER BY ?label ?initiative ?element
    """,
    "takeaways": """
        SELECT DISTINCT ?takeaway ?label ?place
        WHERE {
          ?takeaway pg:aboutDocument $policy .
          OPTIONAL { ?takeaway pg:order ?order }
          OPTIONAL { ?takeaway pg:forJurisdiction ?place }
          $named
        }
        ORDER BY ?order ?takeaway ?place
    """,
    "relations": """
        SELECT DISTINCT ?document ?label ?from ?relation ?to
        WHERE {
          VALUES ?relation {
            pg:implements pg:succeeds pg:alignedWithPolicy pg:respondsTo pg:cites
          }
          {
            $policy ?relation ?document .
            BIND($policy AS ?from) BIND(?document AS ?to)
          }
          UNION
          {
            ?document ?relation $policy .
            BIND(?document AS ?from) BIND($policy AS ?to)
          }
          $named
        }
        ORDER BY ?relation ?label ?document ?from
    """,
}

_PARTS = {
    "principles": "pg:principleOf",
    "goals": "pg:goalOf",
    "risks": "pg:riskOf",
    "pillars": "pg:pillarOf",
}

_NAMED = {
    "actions": "action",
    "sdgs": "goal",
    "involved": "participant",
    "initiatives": "initiative",
    "takeaways": "takeaway",
    "relations": "document",
}


def of_policy(iri: str, language: str) -> dict[str, str]:
    """Return the query behind each section of the page of a policy, by the key of the section."""
    return {
        key: query(
            text,
            named=_named(_NAMED.get(key, "element")),
            part=_PARTS.get(key, ""),
            element_of=ELEMENT_OF,
            policy=iri_ref(iri),
            language=f'"{language}"',
        )
        for key, text in _POLICY.items()
    }


COUNTED = {
    "policies": PG.PolicyDocument,
    "principles": PG.Principle,
    "pillars": PG.Pillar,
    "actions": PG.ActionPoint,
    "stakeholders": PG.Stakeholder,
    "initiatives": PG.Initiative,
    "alignments": PG.SDGAlignment,
}
"""What the start page counts, in the order in which it says so."""


def counting(class_: str) -> str:
    """Return the query that counts the things of one of our classes."""
    return query(
        """
        SELECT (COUNT(DISTINCT ?thing) AS ?count)
        WHERE { ?thing a $class }
        """,
        **{"class": f"pg:{class_.removeprefix(PG_NS)}"},
    )


STATEMENTS = query("SELECT (COUNT(*) AS ?count) WHERE { ?subject ?predicate ?object }")
"""Counts the statements of the default graph."""

_WAYS = {
    "places": "?policy dct:spatial ?thing .",
    "themes": "?thing a pg:PrincipleTheme . ?element pg:theme ?thing ; pg:principleOf ?policy .",
    "instruments": """?thing a pg:InstrumentType .
          ?element pg:instrument ?thing ; pg:actionPointOf ?policy .""",
    "sdgs": f"""?alignment pg:goal/sdgo:isTargetOf? ?thing .
          ?thing a sdgo:Goal .
          ?alignment pg:alignmentOf/({ELEMENT_OF})? ?policy .""",
}


def ways_in(language: str) -> dict[str, str]:
    """Return the queries behind the indexes of the start page: things, and how many policies."""
    return {
        key: query(
            """
            SELECT ?thing (SAMPLE(?name) AS ?label) (COUNT(DISTINCT ?policy) AS ?policies)
            WHERE {
              ?policy a pg:PolicyDocument .
              $pattern
              OPTIONAL { ?thing skos:prefLabel ?name FILTER(LANG(?name) = $language) }
            }
            GROUP BY ?thing
            ORDER BY DESC(?policies) ?label ?thing
            """,
            pattern=" ".join(pattern.split()),
            language=f'"{language}"',
        )
        for key, pattern in _WAYS.items()
    }


def policies(language: str) -> str:
    """Return the query behind the list of policies: one row for each, with what it consists of."""
    return query(
        """
        SELECT
          ?policy (SAMPLE(?name) AS ?label) (MIN(?date) AS ?issued) (MIN(?first) AS ?earliest)
          (MAX(?last) AS ?latest) (SAMPLE(?force) AS ?binding)
          (COUNT(DISTINCT ?principle) AS ?principles) (COUNT(DISTINCT ?pillar) AS ?pillars)
          (COUNT(DISTINCT ?action) AS ?actions)
        WHERE {
          ?policy a pg:PolicyDocument .
          OPTIONAL { ?policy skos:prefLabel ?name FILTER(LANG(?name) = $language) }
          OPTIONAL { ?policy dct:issued ?date }
          OPTIONAL { ?policy pg:earliest ?first ; pg:latest ?last }
          OPTIONAL { ?policy pg:bindingStatus ?force }
          OPTIONAL {
            { ?principle pg:principleOf ?policy }
            UNION { ?pillar pg:pillarOf ?policy }
            UNION { ?action pg:actionPointOf ?policy }
          }
        }
        GROUP BY ?policy
        ORDER BY DESC(?earliest) ?label ?policy
        """,
        language=f'"{language}"',
    )


def takeaways(language: str) -> str:
    """Return the query behind the takeaways of the start page."""
    return query(
        """
        SELECT DISTINCT ?takeaway ?label ?place ?policy
        WHERE {
          ?takeaway pg:forJurisdiction ?place ;
            pg:aboutDocument ?policy .
          OPTIONAL { ?takeaway pg:order ?order }
          $named
        }
        ORDER BY ?place ?policy ?order ?takeaway
        """,
        named=_named("takeaway"),
        language=f'"{language}"',
    )


def of_class(iri: str, language: str) -> str:
    """Return the query that lists the things of a class."""
    return query(
        """
        SELECT DISTINCT ?thing ?label
        WHERE {
          ?thing a $class .
          $named
        }
        ORDER BY LCASE(?label) ?thing
        """,
        **{"class": iri_ref(iri)},
        named=_named("thing"),
        language=f'"{language}"',
    )


def of_property(iri: str) -> str:
    """Return the query that lists what is said with a property."""
    return query(
        """
        SELECT DISTINCT ?thing ?value
        WHERE { ?thing $property ?value }
        ORDER BY ?thing ?value
        """,
        property=iri_ref(iri),
    )


def said_of(iri: str) -> str:
    """Return the query for all that is said of a thing."""
    return query(
        """
        SELECT ?property ?value
        WHERE { $thing ?property ?value }
        ORDER BY ?property ?value
        """,
        thing=iri_ref(iri),
    )


def goals_of(iri: str, language: str) -> str:
    """Return the query for the goals that a part of a policy is linked to, and who says so."""
    return query(
        """
        SELECT DISTINCT ?goal ?label ?basis ?alignment
        WHERE {
          ?alignment pg:alignmentOf $thing ;
            pg:goal ?goal .
          OPTIONAL { ?alignment pg:basis ?basis }
          $named
        }
        ORDER BY ?goal ?basis ?alignment
        """,
        thing=iri_ref(iri),
        named=_named("goal"),
        language=f'"{language}"',
    )


def levels() -> str:
    """Return the query that counts statements by how sure they are."""
    return query(
        """
        SELECT ?level (COUNT(DISTINCT ?claim) AS ?claims)
        WHERE { ?claim pg:evidenceLevel ?level }
        GROUP BY ?level
        ORDER BY ?level
        """
    )


def bases() -> str:
    """Return the query that counts links by who makes them: the source, or a curator."""
    return query(
        """
        SELECT ?basis (COUNT(DISTINCT ?link) AS ?links)
        WHERE { ?link pg:basis ?basis }
        GROUP BY ?basis
        ORDER BY DESC(?basis)
        """
    )


def quality(language: str) -> str:
    """Return the query for every measurement of how well a policy is described."""
    return query(
        """
        SELECT ?policy ?label ?metric ?value
        WHERE {
          ?measurement dqv:computedOn ?policy ;
            dqv:isMeasurementOf ?metric ;
            dqv:value ?value .
          $named
        }
        ORDER BY LCASE(?label) ?policy ?metric
        """,
        named=_named("policy"),
        language=f'"{language}"',
    )


def measured(policy: str, metric: str) -> str:
    """Return the query for one measurement of a policy."""
    return query(
        """
        SELECT ?value
        WHERE {
          ?measurement dqv:computedOn $policy ;
            dqv:isMeasurementOf $metric ;
            dqv:value ?value .
        }
        """,
        policy=iri_ref(policy),
        metric=iri_ref(metric),
    )
