"""The queries behind comparisons: what a matrix counts, and what stands side by side.

A page, its table and its picture show the answers of these and nothing else, so that a reader who
opens one in the editor finds the figures that he saw. As in `web/questions.py`, they follow the
direction in which the data is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from policygraph.urls import Urls
from policygraph.web.comparison import selection
from policygraph.web.comparison.selection import Selection
from policygraph.web.lookup import iri_ref
from policygraph.web.questions import ELEMENT_OF, query

ELEMENTS = {"theme": "principle", "sdg": "alignment", "instrument": "action"}
"""What is counted, by what it is compared by: the names of variables."""

COLUMNS = {"theme": "theme", "sdg": "goal", "instrument": "instrument"}

TELLING = {"theme": "standing", "sdg": "basis", "instrument": "standing"}
"""What tells two kinds of the counted things apart."""

_CLASSES = {
    "theme": "pg:PrincipleTheme",
    "sdg": "sdgo:Goal",
    "instrument": "pg:InstrumentType",
}

_PATTERNS = {
    "theme": """
          ?principle pg:theme ?theme ;
            pg:principleOf ?policy .""",
    "instrument": """
          ?action pg:instrument ?instrument ;
            pg:actionPointOf ?policy .""",
    # A target counts for its goal; the agenda as a whole is no goal.
    "sdg": f"""
          ?alignment pg:goal/sdgo:isTargetOf? ?goal ;
            pg:alignmentOf/({ELEMENT_OF})? ?policy .
          ?goal a sdgo:Goal .""",
}

_LEVELS = {
    "primary": "pg:PrimarySource",
    "secondary": "pg:SecondarySource",
    "uncorroborated": "pg:Uncorroborated",
}
_STANDINGS = {"listed": "pg:Listed", "in-text": "pg:InText"}
_BASES = {"stated": "pg:StatedInSource", "interpreted": "pg:CuratorInterpretation"}

CHOICES = query(
    """
    SELECT ?policy ?property ?value
    WHERE {
      ?policy a pg:PolicyDocument .
      OPTIONAL {
        VALUES ?property { dct:issued dct:spatial eli:work_type }
        ?policy ?property ?value .
      }
    }
    ORDER BY ?policy ?property ?value
    """
)
"""What can be chosen from: every policy with its date, places and kinds."""


def _policies(chosen: Selection, urls: Urls) -> str:
    """Return the patterns that a policy has to meet."""
    lines = ["?policy a pg:PolicyDocument ."]
    if chosen.place:
        place = iri_ref(selection.thing(urls, chosen.place, "jurisdiction"))
        lines.append(f"?policy dct:spatial {place} .")
    if chosen.kind:
        kind = iri_ref(selection.thing(urls, chosen.kind, "kind"))
        lines.append(f"?policy eli:work_type {kind} .")
    if chosen.since or chosen.until:
        # A date may be a day, a month or a year: what they share is where the year stands.
        lines.append("?policy dct:issued ?day .")
    if chosen.since:
        lines.append(f'FILTER(SUBSTR(STR(?day), 1, 4) >= "{chosen.since}")')
    if chosen.until:
        lines.append(f'FILTER(SUBSTR(STR(?day), 1, 4) <= "{chosen.until}")')
    return "\n      ".join(lines)


def _elements(chosen: Selection) -> str:
    """Return what is counted, and the patterns that it has to meet."""
    element = f"?{ELEMENTS[chosen.by]}"
    lines = [_PATTERNS[chosen.by].strip()]
    if chosen.level:
        lines.append(f"{element} pg:evidenceLevel {_LEVELS[chosen.level]} .")
    if chosen.by == "sdg" and chosen.basis:
        lines.append(f"{element} pg:basis {_BASES[chosen.basis]} .")
    if chosen.by != "sdg" and chosen.standing:
        lines.append(f"{element} pg:standing {_STANDINGS[chosen.standing]} .")
    return "\n          ".join(lines)


def matrix(chosen: Selection, urls: Urls, language: str) -> dict[str, str]:
    """Return the queries behind a matrix: its cells, and the sums of its rows and columns.

    A thing that counts in several columns of a row counts once in the sum of the row.
    """
    values = {
        "policies": _policies(chosen, urls),
        "elements": _elements(chosen),
        "element": ELEMENTS[chosen.by],
        "column": COLUMNS[chosen.by],
        "telling": TELLING[chosen.by],
        "class": _CLASSES[chosen.by],
        "language": f'"{language}"',
    }
    cells = """
        SELECT ?policyLabel ?label ?$telling ?count ?policy ?$column
        WHERE {
          {
            SELECT ?policy ?$column ?$telling (COUNT(DISTINCT ?$element) AS ?count)
            WHERE {
              $policies
              $elements
              OPTIONAL { ?$element pg:$telling ?$telling }
            }
            GROUP BY ?policy ?$column ?$telling
          }
          OPTIONAL { ?policy skos:prefLabel ?policyLabel FILTER(LANG(?policyLabel) = $language) }
          OPTIONAL { ?$column skos:prefLabel ?label FILTER(LANG(?label) = $language) }
        }
        ORDER BY ?policyLabel ?policy ?label ?$column ?$telling
    """
    rows = """
        SELECT
          ?policy (SAMPLE(?name) AS ?label) (MIN(?date) AS ?issued)
          (COUNT(DISTINCT ?$element) AS ?count)
        WHERE {
          $policies
          OPTIONAL { ?policy dct:issued ?date }
          OPTIONAL { ?policy skos:prefLabel ?name FILTER(LANG(?name) = $language) }
          OPTIONAL {
            $elements
          }
        }
        GROUP BY ?policy
        ORDER BY DESC(STR(?issued)) ?label ?policy
    """
    columns = """
        SELECT
          ?$column (SAMPLE(?name) AS ?label) (COUNT(DISTINCT ?policy) AS ?policies)
          (COUNT(DISTINCT ?$element) AS ?count)
        WHERE {
          ?$column a $class .
          OPTIONAL { ?$column skos:prefLabel ?name FILTER(LANG(?name) = $language) }
          OPTIONAL {
            $policies
            $elements
          }
        }
        GROUP BY ?$column
        ORDER BY ?label ?$column
    """
    return {
        "cells": query(cells, **values),
        "rows": query(rows, **values),
        "columns": query(columns, **values),
    }


def listing(chosen: Selection, urls: Urls, language: str) -> str:
    """Return the query that lists what a cell or a sum of a matrix counts."""
    fixed = []
    if chosen.of:
        fixed.append(f"VALUES ?policy {{ {iri_ref(selection.thing(urls, chosen.of, 'policy'))} }}")
    if chosen.on:
        on = iri_ref(selection.thing(urls, chosen.on, chosen.by))
        fixed.append(f"VALUES ?{COLUMNS[chosen.by]} {{ {on} }}")
    aligned = """
          OPTIONAL { ?alignment pg:alignmentOf ?part }
          OPTIONAL { ?alignment pg:rationale ?rationale FILTER(LANG(?rationale) = $language) }"""
    return query(
        """
        SELECT DISTINCT ?$element ?number ?label $more ?$telling ?level ?policy ?issued
        WHERE {
          $fixed
          $policies
          $elements
          OPTIONAL { ?$element pg:$telling ?$telling }
          OPTIONAL { ?$element pg:evidenceLevel ?level }
          OPTIONAL { ?$element pg:order ?order }
          OPTIONAL { ?$element pg:number ?number }
          OPTIONAL { ?$element skos:prefLabel ?label FILTER(LANG(?label) = $language) }
          OPTIONAL { ?policy dct:issued ?issued }
          $aligned
        }
        ORDER BY DESC(STR(?issued)) ?policy ?order ?number ?$element $part
        """,
        fixed="\n      ".join(fixed),
        policies=_policies(chosen, urls),
        elements=_elements(chosen),
        element=ELEMENTS[chosen.by],
        telling=TELLING[chosen.by],
        aligned=aligned.strip() if chosen.by == "sdg" else "",
        more="?part ?rationale" if chosen.by == "sdg" else "",
        part="?part" if chosen.by == "sdg" else "",
        language=f'"{language}"',
    )


_SIDE_BY_SIDE = {
    "identity": """
        SELECT ?policy ?property ?value
        WHERE {
          $chosen
          VALUES ?property {
            dct:issued dct:spatial dct:publisher eli:work_type pg:bindingStatus dct:audience
          }
          ?policy ?property ?value .
        }
        ORDER BY ?property ?policy ?value
    """,
    "figures": """
        SELECT
          ?policy (COUNT(DISTINCT ?principle) AS ?principles) (COUNT(DISTINCT ?pillar) AS ?pillars)
          (COUNT(DISTINCT ?action) AS ?actions) (COUNT(DISTINCT ?goal) AS ?goals)
          (COUNT(DISTINCT ?risk) AS ?risks)
        WHERE {
          $chosen
          OPTIONAL {
            { ?principle pg:principleOf ?policy }
            UNION { ?pillar pg:pillarOf ?policy }
            UNION { ?action pg:actionPointOf ?policy }
            UNION { ?goal pg:goalOf ?policy }
            UNION { ?risk pg:riskOf ?policy }
          }
        }
        GROUP BY ?policy
        ORDER BY ?policy
    """,
    "themes": """
        SELECT DISTINCT ?principle ?number ?label ?theme ?policy
        WHERE {
          $chosen
          ?principle pg:principleOf ?policy .
          OPTIONAL { ?principle pg:theme ?theme }
          OPTIONAL { ?principle pg:order ?order }
          OPTIONAL { ?principle pg:number ?number }
          OPTIONAL { ?principle skos:prefLabel ?label FILTER(LANG(?label) = $language) }
        }
        ORDER BY ?theme ?policy ?order ?number ?principle
    """,
    "instruments": """
        SELECT ?instrument ?policy ?standing (COUNT(DISTINCT ?action) AS ?count)
        WHERE {
          $chosen
          ?action pg:instrument ?instrument ;
            pg:actionPointOf ?policy .
          OPTIONAL { ?action pg:standing ?standing }
        }
        GROUP BY ?instrument ?policy ?standing
        ORDER BY ?instrument ?policy ?standing
    """,
    "sdgs": """
        SELECT ?goal ?policy ?basis (COUNT(DISTINCT ?alignment) AS ?count)
        WHERE {
          $chosen
          ?alignment pg:goal/sdgo:isTargetOf? ?goal ;
            pg:alignmentOf/($element_of)? ?policy .
          ?goal a sdgo:Goal .
          OPTIONAL { ?alignment pg:basis ?basis }
        }
        GROUP BY ?goal ?policy ?basis
        ORDER BY ?goal ?policy ?basis
    """,
    "involved": """
        SELECT DISTINCT ?participant ?label ?role ?policy
        WHERE {
          $chosen
          { ?of a pg:PolicyDocument BIND(?of AS ?policy) } UNION { ?of $element_of ?policy }
          ?of cv:hasParticipation ?participation .
          ?participation cv:hasParticipant ?participant .
          OPTIONAL { ?participation cv:role ?role }
          OPTIONAL { ?participant skos:prefLabel ?label FILTER(LANG(?label) = $language) }
        }
        ORDER BY ?role ?policy LCASE(?label) ?participant
    """,
    "close": """
        SELECT DISTINCT ?principle ?close ?policy ?other ?rationale (LANG(?rationale) AS ?lang)
        WHERE {
          $chosen
          $others
          ?principle skos:closeMatch|^skos:closeMatch ?close ;
            pg:principleOf ?policy .
          ?close pg:principleOf ?other .
          # Each pair once, whichever of the two says so.
          FILTER(STR(?policy) < STR(?other))
          OPTIONAL {
            { ?statement rdf:subject ?principle ; rdf:object ?close }
            UNION { ?statement rdf:subject ?close ; rdf:object ?principle }
            ?statement rdf:predicate skos:closeMatch ;
              pg:rationale ?rationale .
          }
        }
        ORDER BY ?policy ?other ?principle ?close ?lang
    """,
    "relations": """
        SELECT DISTINCT ?policy ?relation ?other
        WHERE {
          $chosen
          $others
          VALUES ?relation {
            pg:implements pg:succeeds pg:alignedWithPolicy pg:respondsTo pg:cites
          }
          ?policy ?relation ?other .
        }
        ORDER BY ?policy ?relation ?other
    """,
}


def side_by_side(policies: Sequence[str], language: str) -> dict[str, str]:
    """Return the query behind each section of policies (IRIs) side by side."""
    values = " ".join(iri_ref(policy) for policy in policies)
    return {
        name: query(
            text,
            chosen=f"VALUES ?policy {{ {values} }}",
            others=f"VALUES ?other {{ {values} }}",
            element_of=ELEMENT_OF,
            language=f'"{language}"',
        )
        for name, text in _SIDE_BY_SIDE.items()
    }
