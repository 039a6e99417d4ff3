"""The federated questions of the catalogue give rows: the endpoints of others have stand-ins.

A stand-in knows a small part of what the endpoint knows, in its form, and only its address is put
in the place of the endpoint's. Most of those endpoints are Virtuosos.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.queries import CatalogueQuery, read_catalogue
from policygraph.release import Release
from policygraph.sources import find_portal
from tests.conftest import REPOSITORY
from tests.interop.comunica import comunica
from tests.interop.servers import oxigraph, virtuoso
from tests.served.asking import found, get
from tests.served.conftest import allowing

SOURCES = find_portal(REPOSITORY)
BASE = SOURCES.portal.base
QUESTIONS = [query for query in read_catalogue(SOURCES) if query.calls]
AUTHORITY = "http://publications.europa.eu/resource/authority/"
SAID = """
  PREFIX at: <http://publications.europa.eu/ontology/authority/>
  PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
  PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
TABLES = {
    "eu-authority/countries-skos.rdf": f"""{SAID} CONSTRUCT WHERE {{
      ?c at:protocol-order ?order ; skos:inScheme ?scheme ; skos:prefLabel ?label }}""",
    "eu-authority/resourcetypes-skos.rdf": f"""{SAID} CONSTRUCT WHERE {{
      ?c skos:inScheme ?scheme ; skos:prefLabel ?label }}""",
    "un-sdg/sdg-ontology-with-taxonomy.ttl": f"""{SAID}
      CONSTRUCT {{ ?item rdfs:label ?name }}
      {{ ?goal skos:exactMatch ?item ; skos:prefLabel ?name
         FILTER(STRSTARTS(STR(?item), "http://www.wikidata.org/entity/Q")) }}""",
}
"""What is taken from published files: the goals' names are the UN's, not Wikidata's."""

Rows = set[tuple[str, ...]]

MEMBERS = """AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD
POL PRT ROU SVK SVN SWE""".split()

EXPECTED: dict[str, tuple[tuple[str, ...], Rows]] = {
    "document-types-of-the-eu": (
        ("type", "typeLabel"),
        {
            ("resource-type/COMMUNIC", "Mitteilung"),
            ("resource-type/CONVENTION", "Übereinkommen"),
            ("resource-type/GUIDELINE", "Leitlinie"),
            ("resource-type/PLAN_NATIONAL", "Nationaler Plan"),
            ("resource-type/PLAN_STRATEGIC", "Strategieplan"),
        },
    ),
    "dutch-bodies-still-there": (
        ("stakeholder", "body", "end"),
        {("organisation/nl-bzk", "https://identifier.overheid.nl/tooi/id/ministerie/mnre1034", "")},
    ),
    "eu-members-without-policy": (("member",), {(f"country/{member}",) for member in MEMBERS}),
    "eu-publications-on-the-subject": (
        ("date", "title", "afterOurFirst"),
        {("2024-06-13", "Artificial Intelligence Act", "true")},
    ),
    "goals-in-another-language": (
        ("goal", "name"),
        {
            (
                "http://metadata.un.org/sdg/12",
                "Garantizar modalidades de consumo y producción sostenibles",
            ),
            (
                "http://metadata.un.org/sdg/13",
                "Adoptar medidas urgentes para combatir el cambio climático y sus efectos",
            ),
        },
    ),
    "laws-in-force": (
        ("act", "inForce"),
        {
            ("http://data.europa.eu/eli/reg/2016/679/oj", "true"),
            ("http://data.europa.eu/eli/reg/2024/1689/oj", "true"),
        },
    ),
    "open-data-on-ai": (
        ("place", "placeLabel", "title"),
        {("country/NLD", "Netherlands", "Made up, with the keyword")},
    ),
    "organisations-in-wikidata": (
        ("stakeholder", "founded", "seatLabel"),
        {
            ("organisation/council-of-europe", "1949-05-05T00:00:00Z", "Strasbourg"),
            ("organisation/unesco", "1945-11-16T00:00:00Z", "Paris"),
        },
    ),
    "organisations-in-wikipedia": (
        ("stakeholder", "page"),
        {
            ("organisation/oecd", "http://en.wikipedia.org/wiki/OECD"),
            ("organisation/unesco", "http://en.wikipedia.org/wiki/UNESCO"),
        },
    ),
    "population-where-policies-apply": (
        ("placeLabel", "population", "item"),
        {
            ("Belgium", "11584008", "http://www.wikidata.org/entity/Q31"),
            ("Netherlands", "17590672", "http://www.wikidata.org/entity/Q55"),
        },
    ),
}
"""For each question some columns, and what they say."""

GROWING = {"document-types-of-the-eu", "goals-in-another-language"}
"""Questions with more rows, as more policies touch more types and goals."""


@pytest.fixture(scope="module")
def extract(vocab: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with what the stand-ins know."""
    known = set()
    for name, query in TABLES.items():
        store = ox.Store()
        store.bulk_load(path=vocab / name)
        taken = store.query(query)
        assert isinstance(taken, ox.QueryTriples)
        known |= set(taken)
    known |= {quad.triple for quad in ox.parse(path=Path(__file__).parent / "extract.ttl")}
    path = tmp_path_factory.mktemp("extract") / "extract.nt"
    ox.serialize(known, path, ox.RdfFormat.N_TRIPLES)
    return path


@pytest.fixture(scope="module")
def an_oxigraph(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph"), extract) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def a_virtuoso(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        (server.folder / "extract.nt").write_bytes(extract.read_bytes())
        server.isql("DB.DBA.TTLP_MT(file_open('extract.nt'), '', 'urn:extract', 0);\n")
        yield server.endpoint


@pytest.fixture(scope="module")
def calling(
    release: Release,
    an_oxigraph: str,
    a_virtuoso: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Our endpoint, which may call both stand-ins."""
    del release  # its files are checked already, so that this one is built in a moment
    allowed = [an_oxigraph, a_virtuoso]
    with allowing(tmp_path_factory.mktemp("calling"), allowed, "") as endpoint:
        yield endpoint


def check(query: CatalogueQuery, rows: list[dict[str, str]], ours: str) -> None:
    columns, expected = EXPECTED[query.slug]
    got = {tuple(short(row.get(name, "")) for name in columns) for row in rows}
    if query.slug == "eu-members-without-policy":
        expected = expected - covered(ours)
        assert len(expected) < len(MEMBERS)
    if query.slug == "organisations-in-wikidata":
        # Those of which the stand-in knows nothing are there as well, and say nothing.
        got = {row for row in got if any(row[1:])}
    assert expected <= got
    assert got == expected or query.slug in GROWING


def covered(ours: str) -> Rows:
    """The countries that have policies here."""
    text = """PREFIX dct: <http://purl.org/dc/terms/>
      PREFIX pg: <https://w3id.org/policygraph/ns#>
      SELECT DISTINCT ?place { ?policy a pg:PolicyDocument ; dct:spatial ?place }"""
    return {(short(row["place"]),) for row in found(get(ours, text))}


def short(value: str) -> str:
    return value.removeprefix(f"{BASE}id/").removeprefix(AUTHORITY)


def standing_in(query: CatalogueQuery, endpoint: str) -> str:
    """The text of a question, with its example values and the address of a stand-in."""
    text = query.bind({}, BASE)
    for address in query.calls:
        text = text.replace(f"<{address}>", f"<{endpoint}>")
    return text


def test_each_question_is_tried() -> None:
    assert {query.slug for query in QUESTIONS} == set(EXPECTED)
    assert len(QUESTIONS) == 10


@pytest.mark.parametrize("engine", ["an_oxigraph", "a_virtuoso"])
@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.slug)
def test_a_question_joins_ours_with_theirs(
    calling: str, query: CatalogueQuery, engine: str, request: pytest.FixtureRequest
) -> None:
    text = standing_in(query, request.getfixturevalue(engine))
    rows = found(get(calling, text))
    check(query, rows, calling)
    assert len(rows) >= query.rows


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.slug)
def test_comunica_answers_a_question_with_our_file(
    ours: str, an_oxigraph: str, query: CatalogueQuery
) -> None:
    """Nobody has to allow anything: Comunica reads the download, and makes the calls itself."""
    rows = comunica(standing_in(query, an_oxigraph), f"{ours}/download/policygraph.nt")
    check(query, rows, f"{ours}/sparql")
