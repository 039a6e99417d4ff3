"""What policies do with a thing: the sections of its page, each grouped by document.

Every section is the answer of one question, by the class of the thing; one without an answer is
left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policygraph.namespaces import DCT, PG, SDGO, SKOS
from policygraph.turtle import natural
from policygraph.web.facts import Facts, Link, goal_number
from policygraph.web.lookup import Row, iri_ref
from policygraph.web.questions import ELEMENT_OF, query

MOST = 1000
"""How many rows of an answer a section shows."""

_IN_DOCUMENT = f"""{{ ?thing a pg:PolicyDocument BIND(?thing AS ?policy) }}
          UNION {{ ?thing {ELEMENT_OF} ?policy }}"""

_RELATIONS = (
    "VALUES ?relation { pg:implements pg:succeeds pg:alignedWithPolicy pg:respondsTo pg:cites }"
)

_CONCEPT = """$this ^(pg:kind|pg:bindingStatus|adms:status|dct:subject|dct:language|eli:work_type) ?thing .
          OPTIONAL { ?thing $element_of ?policy }
          BIND(COALESCE(?policy, ?thing) AS ?dated)"""  # noqa: E501  (one line of SPARQL)

_PLACE = {
    "policies": ("", "?thing a pg:PolicyDocument ; dct:spatial $this ."),
    "policies_of_groups": (
        "?group",
        "?group dct:hasPart $this . ?thing a pg:PolicyDocument ; dct:spatial ?group .",
    ),
    "takeaways": ("", "?thing pg:forJurisdiction $this ; pg:aboutDocument ?policy ."),
    "initiatives": ("?kind", "?thing a pg:Initiative ; dct:spatial $this ; pg:kind ?kind ."),
    "organisations": ("?kind", "?thing a pg:Stakeholder ; dct:spatial $this ; pg:kind ?kind ."),
}

_ALIGNED = (
    "?basis ?goal",
    f"""?goal sdgo:isTargetOf? $this .
          ?alignment pg:goal ?goal ; pg:alignmentOf ?thing .
          OPTIONAL {{ ?alignment pg:basis ?basis }}
          {_IN_DOCUMENT}""",
)

_USED = """?thing skos:inScheme $this .
          OPTIONAL {
            SELECT ?thing (COUNT(DISTINCT ?user) AS ?uses)
            WHERE {
              ?thing skos:inScheme $this .
              ?user $using ?thing .
            }
            GROUP BY ?thing
          }"""
_USING = (
    "pg:theme|pg:instrument|pg:kind|pg:bindingStatus|pg:goal|adms:status|cv:role|dct:spatial|"
    "dct:subject|dct:language|eli:work_type"
)

_SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    PG.PrincipleTheme: {
        "principles": ("", "?thing pg:theme $this ; pg:principleOf ?policy ."),
    },
    PG.InstrumentType: {
        "actions": ("", "?thing pg:instrument $this ; pg:actionPointOf ?policy ."),
        "initiatives": ("?kind", "?thing a pg:Initiative ; pg:instrument $this ; pg:kind ?kind ."),
    },
    PG.Stakeholder: {
        "documents_by": ("", "?thing dct:publisher|dct:creator $this ; a pg:PolicyDocument ."),
        "involved_in": (
            "?role",
            f"""?thing cv:hasParticipation ?participation .
          ?participation cv:hasParticipant $this .
          OPTIONAL {{ ?participation cv:role ?role }}
          {_IN_DOCUMENT}""",
        ),
        "audience_of": ("", "?thing dct:audience $this ; a pg:PolicyDocument ."),
        "parts": ("", "?thing org:subOrganizationOf $this ."),
    },
    PG.Initiative: {
        "named_by": ("", "?thing pg:concernsInitiative $this ; $element_of ?policy ."),
        "takeaways": ("", "?thing pg:pointsTo $this ; pg:aboutDocument ?policy ."),
    },
    PG.ReferencedDocument: {
        "incoming": ("?relation", f"{_RELATIONS} ?thing ?relation $this ."),
    },
    PG.Principle: {
        "close": ("", "?thing skos:closeMatch|^skos:closeMatch $this ; pg:principleOf ?policy ."),
        "realised_by": ("", "?thing pg:realisesPrinciple $this ."),
        "same_theme": (
            "",
            """$this pg:theme ?theme ; pg:principleOf ?own .
          ?thing pg:theme ?theme ; pg:principleOf ?policy .
          FILTER(?policy != ?own)""",
        ),
    },
    PG.Pillar: {"actions": ("?standing", "?thing pg:inPillar $this ; pg:standing ?standing .")},
    PG.ActionPoint: {
        "same_instrument": (
            "",
            """$this pg:instrument ?instrument ; pg:actionPointOf ?own .
          ?thing pg:instrument ?instrument ; pg:actionPointOf ?policy .
          FILTER(?policy != ?own)""",
        ),
    },
    SDGO.Goal: {
        "aligned": _ALIGNED,
        "targets": ("", "?thing sdgo:isTargetOf $this ."),
    },
    SDGO.Target: {"aligned": _ALIGNED},
    DCT.Location: _PLACE,
    SKOS.ConceptScheme: {
        "concepts": ("?uses", _USED),
        "aligned": (
            "?basis",
            f"""?alignment pg:goal $this ; pg:alignmentOf ?thing .
          OPTIONAL {{ ?alignment pg:basis ?basis }}
          {_IN_DOCUMENT}""",
        ),
    },
    SKOS.Concept: {
        "uses": ("", _CONCEPT),
        "in_role": (
            "",
            """?participation cv:role $this ; cv:hasParticipant ?thing .
          ?of cv:hasParticipation ?participation .
          { ?of a pg:PolicyDocument BIND(?of AS ?policy) } UNION { ?of $element_of ?policy }""",
        ),
    },
}  # fmt: skip
"""Per class and section: the columns of notes, and what `?thing` has to do with the thing."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in a section: its number in its document, and what the answer says beside it."""

    link: Link
    number: str
    basis: str
    """`stated` in the document or `interpreted` by a curator, where the answer says so."""
    notes: list[Link]
    uses: str
    """How often it is used, where the answer says so."""
    issued: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one document does; without a document, things that stand on their own."""

    document: Link | None
    issued: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page of a thing, with its figure and its question."""

    key: str
    figure: int
    question: str
    groups: list[Group]
    more: bool
    """Whether there may be more than is shown."""

    @property
    def documents(self) -> int:
        """Return how many documents there are in it."""
        return sum(group.document is not None for group in self.groups)

    @property
    def aside(self) -> bool:
        """Whether it is about other documents than the thing's own, so that a page may fold it."""
        return self.key in ("same_theme", "same_instrument")


def asked(iri: str, types: Iterable[str], language: str) -> dict[str, str]:
    """Return the questions about a thing of some classes, by the key of the section."""
    found: dict[str, str] = {}
    for type_ in _SECTIONS:
        if type_ not in set(types) or (type_ == SKOS.Concept and found):
            # A theme, an instrument, a place or a goal is a concept with questions of its own.
            continue
        for key, (notes, pattern) in _SECTIONS[type_].items():
            found.setdefault(key, _question(iri, notes, pattern, language))
    return found


def _question(iri: str, notes: str, pattern: str, language: str) -> str:
    grouped = "?policy" in pattern
    return query(
        """
        SELECT DISTINCT ?thing ?number ?label $notes $document ?issued
        WHERE {
          $pattern
          OPTIONAL { ?thing pg:number ?number }
          OPTIONAL { $dated dct:issued ?issued }
          OPTIONAL { ?thing skos:prefLabel ?label FILTER(LANG(?label) = $language) }
        }
        ORDER BY DESC(STR(?issued)) $document ?number LCASE(?label) ?thing
        LIMIT $most
        """,
        pattern=pattern,
        notes=notes,
        document="?policy" if grouped else "",
        # A date is asked of what is known: a variable without a value would ask it of everything.
        dated=next((v for v in ("?dated", "?policy") if v in pattern), "?thing"),
        element_of=ELEMENT_OF,
        using=_USING,
        this=iri_ref(iri),
        language=f'"{language}"',
        most=str(MOST),
    )


def sections(
    facts: Facts, iri: str, questions: Mapping[str, str], answers: Mapping[str, Sequence[Row]]
) -> list[Section]:
    """Return the sections about a thing that have an answer."""
    return [
        Section(
            key,
            len({row["thing"] for row in rows}),
            questions[key],
            _groups(facts, iri, rows),
            len(rows) >= MOST,
        )
        for key, rows in answers.items()
        if rows
    ]


_NOTES = ("role", "goal", "group", "kind", "relation", "standing")
_BASIS = {PG.StatedInSource: "stated", PG.CuratorInterpretation: "interpreted"}


def _groups(facts: Facts, iri: str, rows: Sequence[Row]) -> list[Group]:
    documents: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        documents.setdefault(row.get("policy", ""), {}).setdefault(row["thing"], []).append(row)
    return [
        Group(
            facts.link(document) if document else None,
            next((r["issued"] for own in things.values() for r in own if "issued" in r), ""),
            # What holds for a document as a whole comes before what holds for its parts.
            sorted(
                (_item(facts, iri, thing, own) for thing, own in things.items()),
                key=lambda item: (item.link.iri != document, natural(item.number)),
            ),
        )
        for document, things in documents.items()
    ]


def _item(facts: Facts, iri: str, thing: str, rows: Sequence[Row]) -> Item:
    notes = dict.fromkeys(row[name] for name in _NOTES for row in rows if name in row)
    bases = {row.get("basis", "") for row in rows}
    basis = next((word for known, word in _BASIS.items() if known in bases), "")
    notes.pop(iri, None)
    return Item(
        facts.link(thing),
        rows[0].get("number", "") or goal_number(thing),
        basis,
        [facts.link(n) for n in notes],
        rows[0].get("uses", ""),
        next((row["issued"] for row in rows if "issued" in row), ""),
    )
