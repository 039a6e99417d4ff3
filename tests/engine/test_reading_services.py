"""What a text calls once some endpoints are allowed: those, through the broker, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policygraph.engine.federation import Outside, may_call
from policygraph.engine.reading import Graphs, read
from policygraph.errors import PolicygraphError, ServiceRefused, SyntaxProblem
from tests.engine.test_reading import PIECES, SPELLINGS
from tests.remote import Remote, remote, rows

ALLOWED = "http://allowed.invalid/sparql"
"""Nobody answers there: a call that does not go to the broker gives no row."""
OTHER = "http://other.invalid/sparql"
TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def broker() -> Iterator[Remote]:
    """Stands for the broker."""
    with remote() as broker:
        for path in ("0", "0/silent", "1", "1/silent"):
            broker.at(f"{TOKEN}/{path}", rows({"s": "<http://x/s>"}))
        yield broker


@pytest.fixture(scope="module")
def bait() -> Iterator[Remote]:
    with remote() as bait:
        yield bait


def outside(broker: Remote) -> Outside:
    return Outside((OTHER, ALLOWED), broker.port, TOKEN)


def calls(text: str, broker: Remote) -> list[str]:
    """Evaluate a text; return what was asked of the broker, without the token."""
    broker.came.clear()
    reading = read(text, outside=outside(broker))
    answer = ox.Store().query(reading.text)
    if isinstance(answer, ox.QuerySolutions | ox.QueryTriples):
        for _ in answer:
            pass
    return [came.path.removeprefix(f"/{TOKEN}/") for came in broker.came]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("SELECT * { SERVICE <ALLOWED> { ?s ?p ?o } }", ["1"]),
        ("SELECT * { SERVICE <http://other.invalid/sparql> { ?s ?p ?o } }", ["0"]),
        ("SELECT * { service silent<ALLOWED>{ ?s ?p ?o } }", ["1/silent"]),
        ("SELECT*{SeRvIcE<ALLOWED>{?s ?p ?o}}", ["1"]),
        (
            "SELECT * { SERVICE # { <x>\n SILENT # '''\n <ALLOWED> # }\n { ?s ?p ?o } }",
            ["1/silent"],
        ),
        ("PREFIX e: <http://allowed.invalid/> SELECT * { SERVICE e:sparql { ?s ?p ?o } }", ["1"]),
        ("PREFIX service: <ALLOWED> SELECT * { SERVICE service: { ?s ?p ?o } }", ["1"]),
        ("BASE <http://allowed.invalid/x> SELECT * { SERVICE <sparql> { ?s ?p ?o } }", ["1"]),
        ("BASE <ALLOWED> SELECT * { SERVICE <> { ?s ?p ?o } }", ["1"]),
        ("SELECT * { \\u0053ERVICE <\\u0068ttp://allowed.invalid/sparql> { ?s ?p ?o } }", ["1"]),
        ("SELECT * { SERVICE\\u0020SILENT <ALLOWED> \\u007B ?s ?p ?o \\u007d }", ["1/silent"]),
        ("SELECT * { { SELECT ?s { OPTIONAL { SERVICE <ALLOWED> { ?s ?p ?o } } } } }", ["1"]),
        ("ASK { SERVICE <ALLOWED> { ?s ?p 'SERVICE <http://x>' } } # SERVICE <http://x> {}", ["1"]),
        ("CONSTRUCT { ?s a ?s } { SERVICE <ALLOWED> { ?s ?p ?o } }", ["1"]),
        (
            "SELECT ?service FROM <http://g> FROM NAMED <http://h> "
            "{ SERVICE <ALLOWED> { ?service ?from ?s } }",
            ["1"],
        ),
        (
            "SELECT * { SERVICE <ALLOWED> { ?s ?p ?o } SERVICE SILENT <ALLOWED> { ?s ?p ?q } }",
            ["1", "1/silent"],
        ),
    ],
)
def test_an_allowed_endpoint_however_it_is_spelt(
    broker: Remote, text: str, called: list[str]
) -> None:
    text = text.replace("ALLOWED", ALLOWED)
    assert may_call(text)
    assert sorted(calls(text, broker)) == sorted(called)


def test_the_dataset_is_read_beside_the_calls(broker: Remote) -> None:
    text = f"ASK FROM <http://g> FROM NAMED <http://h> {{ SERVICE <{ALLOWED}> {{ ?s ?p ?o }} }}"
    assert read(text, outside=outside(broker)).graphs == Graphs(("http://g",), ("http://h",))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_others_are_refused_as_before(spelling: str, broker: Remote, bait: Remote) -> None:
    text = spelling.replace("httpBAITTAIL", bait.address[1:]).replace("BAIT", bait.address)
    assert may_call(text)
    with pytest.raises((ServiceRefused, SyntaxProblem)):
        calls(text, broker)
    with pytest.raises((ServiceRefused, SyntaxProblem)):
        calls(text.replace("{", f"{{ SERVICE <{ALLOWED}> {{ ?a ?b ?c }}", 1), broker)
    assert not bait.connections
    assert not broker.came


@pytest.mark.parametrize(
    "near",
    [
        "http://allowed.invalid/sparql/", "http://allowed.invalid/sparql?", "http://allowed.invalid/",
        "http://allowed.invalid:80/sparql", "http://ALLOWED.invalid/sparql", "file:///etc/passwd",
        "https://allowed.invalid/sparql", "http://allowed.invalid/sparql#", "http://allowed.invalid",
        "http://x@allowed.invalid/sparql", "http://allowed.invalid/%73parql", "urn:x",
    ],
)  # fmt: skip
def test_an_endpoint_is_allowed_exactly_as_it_is_listed(near: str, broker: Remote) -> None:
    with pytest.raises(ServiceRefused, match=re.escape(f"SERVICE <{near}> is not allowed")):
        read(f"ASK {{ SERVICE SILENT <{near}> {{ ?s ?p ?o }} }}", outside=outside(broker))


def test_the_refusal_says_what_may_be_called(broker: Remote) -> None:
    with pytest.raises(ServiceRefused, match=f"this endpoint calls <{OTHER}>, <{ALLOWED}> only"):
        read("ASK { SERVICE <http://x/> {} }", outside=outside(broker))
    many = Outside(tuple(f"http://x/{n}" for n in range(9)), 1, TOKEN)
    with pytest.raises(ServiceRefused, match="<http://x/2> and 6 more only"):
        read("ASK { SERVICE <http://x/> {} }", outside=many)


def test_a_text_has_a_bounded_number_of_clauses(broker: Remote) -> None:
    clause = f"SERVICE <{ALLOWED}> {{ ?s ?p ?o }} "
    assert len(calls("SELECT * {" + clause * 16 + "}", broker)) == 16
    with pytest.raises(ServiceRefused, match="at most 16"):
        read("SELECT * {" + clause * 17 + "}", outside=outside(broker))


MORE = [
    *PIECES,
    f"<{ALLOWED}>",
    f"SERVICE <{ALLOWED}> {{ ?s ?p ?o }}",
    "SERVICE SILENT",
    "e:sparql",
]


@given(st.lists(st.sampled_from(MORE), max_size=25))
@settings(max_examples=300, deadline=None)
@example(["SERVICE ", f"<{ALLOWED}>", "{ ?s ?p ?o }"])
def test_whatever_is_written_only_the_broker_is_called(
    broker: Remote, bait: Remote, parts: list[str]
) -> None:
    prologue = f"PREFIX : <{bait.address}> PREFIX ex: <{bait.address}> "
    prologue += "PREFIX e: <http://allowed.invalid/> "
    text = prologue + "SELECT * {" + "".join(parts).replace("BAIT", str(bait.port)) + "}"
    called: list[str] = []
    with suppress(PolicygraphError, OSError, RuntimeError, SyntaxError):
        called = calls(text, broker)
    assert not bait.connections
    assert {came.path for came in broker.came} <= {f"/{TOKEN}/1", f"/{TOKEN}/1/silent"}
    if called:
        assert may_call(text)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_piece_put_anywhere_opens_no_other_way(
    broker: Remote, bait: Remote, data: st.DataObject
) -> None:
    text = f"SELECT * {{ ?a ?b ?c SERVICE SILENT <{ALLOWED}> {{ ?s ?p ?o }} FILTER(?a<?c) }}"
    for _ in range(3):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 8))
        piece = data.draw(st.sampled_from(MORE)).replace("BAIT", str(bait.port))
        text = text[:place] + piece + text[place + cut :]
    prologue = f"PREFIX : <{bait.address}> PREFIX ex: <{bait.address}> "
    with suppress(PolicygraphError, OSError, RuntimeError, SyntaxError):
        calls(prologue + text, broker)
    assert not bait.connections
    assert {came.path for came in broker.came} <= {f"/{TOKEN}/1", f"/{TOKEN}/1/silent"}
