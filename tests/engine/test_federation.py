"""SERVICE from a worker through the broker to remote endpoints: real sockets, real processes."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from policygraph import __version__
from policygraph.engine import Dataset, Engine, Query
from policygraph.engine.remote import MOST_REDIRECTS
from policygraph.errors import (
    BrokenInput,
    PolicygraphError,
    ServiceFailed,
    ServiceRefused,
    TimeLimitExceeded,
)
from policygraph.settings import Limits
from tests.engine.conftest import EX, IN_MEMORY, ON_DISK
from tests.remote import (
    JSON,
    Answer,
    Handler,
    Remote,
    drip,
    hang,
    redirect,
    remote,
    rows,
    solutions,
)

FOUND = rows({"s": f"<{EX}a>", "x": "A"}, {"s": f"<{EX}elsewhere>", "x": "E"})
XML = f"""<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>
<variable name="s"/><variable name="x"/></head><results><result><binding name="s"><uri>{EX}a</uri>
</binding><binding name="x"><literal>A</literal></binding></result></results></sparql>""".replace(
    "\n</binding>", "</binding>"
).encode()
LIMITS = Limits(
    query_seconds=20,
    workers=2,
    service_seconds=2.0,
    service_mib=1,
    service_calls=5,
)


def chunked(handler: Handler) -> None:
    body = solutions({"s": f"<{EX}a>", "x": "A"})
    handler.send_response_only(100)
    handler.end_headers()
    handler.send_response(200)
    handler.send_header("Content-Type", f"{JSON}; charset=utf-8")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(body), 50):
        piece = body[start : start + 50]
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def until_close(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    handler.wfile.write(solutions({"s": f"<{EX}a>", "x": "A"}))
    handler.close_connection = True


def cut(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n")
    handler.wfile.write(b"Content-Length: 5000\r\n\r\n" + solutions({"s": f"<{EX}a>", "x": "A"}))
    handler.close_connection = True


def endless_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")


def endless_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    while True:
        handler.wfile.write(b" " * 10_000)


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")
    handler.close_connection = True


LATE_FAULT = solutions(*({"x": f"<{EX}{n}>"} for n in range(2000)), {"x": "<no iri>"})

GOOD: dict[str, Answer] = {
    "found": FOUND,
    "chunked": chunked,
    "until-close": until_close,
    "xml": lambda h: h.send(XML, content_type="application/sparql-results+xml"),
    "plain-json": lambda h: h.send(
        solutions({"s": f"<{EX}a>", "x": "A"}), content_type="application/json"
    ),
}
FAILING: dict[str, tuple[str, Answer]] = {
    "error": ("it answered with status 500", lambda h: h.send(b"no", 500)),
    "missing": ("it answered with status 404", lambda h: h.send(b"no", 404)),
    "page": ("it answered with text/html", lambda h: h.send(b"<p>", content_type="text/html")),
    "untyped": ("nothing that has a type", lambda h: h.send(b"{}", content_type="")),
    "boolean": ("a boolean", lambda h: h.send(b'{"head":{},"boolean":true}')),
    "broken": ("cannot be read", lambda h: h.send(b'{"head":')),
    "late-fault": ("cannot be read", lambda h: h.send(LATE_FAULT)),
    "packed": ("compressed", lambda h: h.send(b"\x1f\x8b", content_encoding="gzip")),
    "cut": ("broke the answer off", cut),
    "nowhere": ("redirects to what is no address", redirect("http://[")),
    "closed": ("broke the answer off", lambda h: setattr(h, "close_connection", True)),
    "no-http": ("no HTTP response", no_http),
    "large": ("larger than 1 MiB", endless_body),
    "endless-head": ("has no end", endless_head),
    "hang": ("did not answer within 2 s", hang),
    "drip": ("did not answer within 2 s", drip),
}


@pytest.fixture(scope="module")
def bait() -> Iterator[Remote]:
    """An endpoint that nobody has allowed."""
    with remote() as bait:
        bait.at("", FOUND)
        yield bait
        assert bait.connections == 0


@pytest.fixture(scope="module")
def there() -> Iterator[Remote]:
    with remote() as there:
        yield there


@pytest.fixture(scope="module", params=[IN_MEMORY, ON_DISK], ids=["memory", "disk"])
def engine(
    small: Dataset, there: Remote, bait: Remote, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    """An engine that may call `there`, at the addresses that are used here."""
    allowed = [there.at(path, answer) for path, answer in GOOD.items()]
    allowed += [there.at(path, answer) for path, (_, answer) in FAILING.items()]
    for status in (301, 302, 303, 307, 308):
        allowed.append(there.at(f"to-found-{status}", redirect(there.address + "found", status)))
    allowed.append(there.at("relative", redirect("found?#x")))
    allowed.append(there.at("round", redirect(there.address + "round")))
    allowed.append(there.at("to-bait", redirect(bait.address)))
    allowed.append(there.at("to-file", redirect("file:///etc/passwd")))
    allowed.append(there.at("to-failing", redirect(there.address + "error")))
    allowed.append(f"http://nosuch.invalid:{there.port}/")
    allowed.append(f"http://2130706433:{bait.port}/")
    allowed.append(f"http://localhost:{there.port}/found")
    allowed.append("http://127.0.0.1:9/")
    limits = replace(LIMITS, service_allow=tuple(allowed), memory_quads=request.param)
    with Engine.start(small, limits) as engine:
        yield engine


@pytest.fixture
def endpoints(there: Remote) -> Iterator[Remote]:
    """The remote, without memory of what came before."""
    there.came.clear()
    yield there


def ask(engine: Engine, text: str) -> list[dict[str, str]]:
    """Return the solutions of a query, values only."""
    document = json.loads(engine.ask(Query(text))[1])
    found = document["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def calling(endpoint: str, silent: str = "") -> str:
    return f"SELECT * {{ ?s ?p 'one' SERVICE {silent} <{endpoint}> {{ ?s <{EX}q> ?x }} }}"


JOINED = [{"s": f"{EX}a", "p": f"{EX}p", "x": "A"}]
UNJOINED = [{"s": f"{EX}a", "p": f"{EX}p"}]


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize("path", GOOD)
def test_rows_of_an_allowed_endpoint_are_joined(
    engine: Engine, endpoints: Remote, path: str, silent: str
) -> None:
    assert ask(engine, calling(endpoints.address + path, silent)) == JOINED
    assert [came.path for came in endpoints.came] == [f"/{path}"]


def test_localhost_may_be_named(engine: Engine, endpoints: Remote) -> None:
    assert ask(engine, calling(f"http://localhost:{endpoints.port}/found")) == JOINED
    assert endpoints.came[0].headers["host"] == f"localhost:{endpoints.port}"


def test_the_remote_learns_who_asks_and_what(engine: Engine, endpoints: Remote) -> None:
    ask(
        engine,
        f"PREFIX e: <{EX}> SELECT * {{ SERVICE <{endpoints.address}found> {{ ?s e:q ?x }} }}",
    )
    [came] = endpoints.came
    assert came.method == "POST"
    assert came.headers["user-agent"].startswith(f"policygraph/{__version__} (+http")
    assert came.headers["host"] == f"127.0.0.1:{endpoints.port}"
    assert came.headers["content-type"] == "application/x-www-form-urlencoded"
    assert came.headers["accept"].startswith("application/sparql-results+json, ")
    assert came.query.endswith(f"SELECT * WHERE {{ ?s <{EX}q> ?x . }}")


def test_a_service_within_a_service_is_left_to_the_remote(
    engine: Engine, endpoints: Remote
) -> None:
    inner = f"{endpoints.address}hang"
    ask(
        engine,
        f"SELECT * {{ SERVICE <{endpoints.address}found> {{ ?s <{EX}q> ?x "
        f"SERVICE SILENT <{inner}> {{ ?x ?y ?z }} }} }}",
    )
    [came] = endpoints.came
    assert f"SERVICE SILENT <{inner}>" in came.query
    assert not re.search(r"[0-9a-f]{32}", came.query)


@pytest.mark.parametrize("path", FAILING)
def test_a_remote_that_fails_is_named(engine: Engine, endpoints: Remote, path: str) -> None:
    endpoint = endpoints.address + path
    with pytest.raises(ServiceFailed) as caught:
        ask(engine, calling(endpoint))
    assert str(caught.value).startswith(f"SERVICE <{endpoint}>: it ") or path in (
        "broken", "late-fault", "packed", "no-http", "large", "endless-head"
    )  # fmt: skip
    assert f"SERVICE <{endpoint}>: " in str(caught.value)
    assert FAILING[path][0] in str(caught.value)
    assert ask(engine, calling(endpoint, "SILENT")) == UNJOINED


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ("http://nosuch.invalid:{port}/", "cannot be reached"),
        ("http://127.0.0.1:9/", "cannot be reached (Connection refused)"),
    ],
)
def test_a_remote_that_cannot_be_reached_is_named(
    engine: Engine, there: Remote, endpoint: str, why: str
) -> None:
    endpoint = endpoint.format(port=there.port)
    with pytest.raises(ServiceFailed, match=re.escape(f"SERVICE <{endpoint}>: it {why}")):
        ask(engine, calling(endpoint))
    assert ask(engine, calling(endpoint, "SILENT")) == UNJOINED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_an_allowed_endpoint_is_followed(
    engine: Engine, endpoints: Remote, status: int
) -> None:
    assert ask(engine, calling(f"{endpoints.address}to-found-{status}")) == JOINED
    first, second = endpoints.came
    assert (second.method, second.path, second.body) == ("POST", "/found", first.body)


def test_a_redirect_round_and_round_ends(engine: Engine, endpoints: Remote) -> None:
    with pytest.raises(ServiceFailed, match=f"redirects more than {MOST_REDIRECTS} times"):
        ask(engine, calling(f"{endpoints.address}round"))
    assert len(endpoints.came) == MOST_REDIRECTS + 1


def test_a_redirect_to_what_fails_fails(engine: Engine, endpoints: Remote) -> None:
    with pytest.raises(ServiceFailed, match=r"to-failing>: it answered with status 500"):
        ask(engine, calling(f"{endpoints.address}to-failing"))


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize(
    ("path", "target"),
    [("to-bait", "http://127"), ("to-file", "file:///etc/passwd"), ("relative", "http://127")],
)
def test_a_redirect_elsewhere_is_refused_though_silent(
    engine: Engine, endpoints: Remote, path: str, target: str, silent: str
) -> None:
    with pytest.raises(ServiceRefused, match=rf"{path}>: it redirects to <{target}"):
        ask(engine, calling(endpoints.address + path, silent))
    assert [came.path for came in endpoints.came] == [f"/{path}"]


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_a_name_that_leads_to_loopback_is_refused_though_silent(
    engine: Engine, bait: Remote, silent: str
) -> None:
    with pytest.raises(ServiceRefused, match=r"has the address 127\.0\.0\.1, which is not public"):
        ask(engine, calling(f"http://2130706433:{bait.port}/", silent))


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_an_endpoint_that_is_not_listed_is_refused(
    engine: Engine, there: Remote, bait: Remote, silent: str
) -> None:
    for endpoint in (bait.address, f"{there.address}other", f"{there.address}found/", "file:///x"):
        with pytest.raises(ServiceRefused, match=r"is not allowed: this endpoint calls <http"):
            ask(engine, calling(endpoint, silent))
    with pytest.raises(ServiceRefused, match="is not allowed"):
        ask(engine, f"SELECT * {{ SERVICE <{there.address}found> {{ ?s ?p ?o "
                    f"SERVICE {silent} <{bait.address}> {{ ?o ?x ?y }} }} }}")  # fmt: skip


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_calls_for_each_row_are_counted(engine: Engine, endpoints: Remote, silent: str) -> None:
    exists = f"FILTER EXISTS {{ SERVICE {silent} <{endpoints.address}found> {{ ?s ?q ?x }} }}"
    few = f"SELECT ?s {{ GRAPH ?g {{ ?s ?p 'one' }} {exists} }}"
    assert ask(engine, few) == [{"s": f"{EX}a"}]
    with pytest.raises(ServiceRefused, match="more than 5 calls"):
        ask(engine, f"SELECT ?s {{ ?s ?p ?o . ?a ?b ?c {exists} }}")


@pytest.fixture(scope="module")
def patient(small: Dataset) -> Iterator[tuple[Engine, str, threading.Event, threading.Event]]:
    """An engine that gives a call all time; where to call; when it came, and when it was left."""
    came, left = threading.Event(), threading.Event()

    def wait(handler: Handler) -> None:
        came.set()
        if handler.gone(60):
            left.set()

    with remote() as there:
        endpoint = there.at("wait", wait)
        limits = Limits(query_seconds=60, workers=1, service_allow=(endpoint,), service_seconds=60)
        with Engine.start(small, limits) as engine:
            yield engine, endpoint, came, left


Patient = tuple[Engine, str, threading.Event, threading.Event]


def test_the_time_limit_of_the_query_ends_the_call(patient: Patient) -> None:
    engine, endpoint, came, left = patient
    left.clear()
    with pytest.raises(TimeLimitExceeded):
        engine.ask(Query(calling(endpoint, "SILENT"), seconds=3))
    assert came.is_set()
    assert left.wait(20)


def test_a_client_that_hangs_up_ends_the_call(patient: Patient) -> None:
    engine, endpoint, came, left = patient
    came.clear()
    left.clear()

    async def hang_up() -> None:
        task = asyncio.create_task(engine.answer(Query(calling(endpoint))))
        assert await asyncio.to_thread(came.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(left.wait, 20)

    asyncio.run(hang_up())


async def whole(engine: Engine, query: Query) -> bytes | str:
    """The bytes of an answer, or the kind of the error."""
    try:
        return await (await engine.answer(query)).read()
    except PolicygraphError as error:
        return type(error).__name__


def test_a_query_that_is_started_again_calls_again(small: Dataset) -> None:
    """Two that never end hold the slow lane, so it has to wait for its turn there."""

    def slow(handler: Handler) -> None:
        if not handler.gone(1):
            FOUND(handler)

    async def all_of_them(engine: Engine, endpoint: str) -> list[bytes | str]:
        many = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(40))
        endless = [f"SELECT (COUNT(*) AS ?{name}) {{ {many} }}" for name in "mn"]
        burning = [
            asyncio.create_task(whole(engine, Query(text, seconds=5, client=text)))
            for text in endless
        ]
        async with asyncio.timeout(60):
            while engine.health().slow < 2:
                await asyncio.sleep(0.05)
            called = await whole(engine, Query(calling(endpoint), client="c"))
            return [called, *await asyncio.gather(*burning)]

    with remote() as there:
        endpoint = there.at("slow", slow)
        limits = replace(LIMITS, service_allow=(endpoint,), service_seconds=20, query_seconds=60)
        with Engine.start(small, limits) as engine:
            called, *burned = asyncio.run(all_of_them(engine, endpoint))
            assert b'"A"' in bytes(called)  # type: ignore[arg-type]
            assert burned == ["TimeLimitExceeded"] * 2
            assert engine.health().stopped["restart"] == len(there.came) - 1 > 0


def test_many_at_once_each_get_their_own(engine: Engine, endpoints: Remote) -> None:
    async def all_of_them() -> list[bytes | str]:
        kinds = ["found", "error", "to-bait", "chunked"] * 5
        texts = [calling(endpoints.address + path) for path in kinds]
        texts += [f"SELECT ?s {{ ?s ?p {n} }}" for n in range(20)]
        return await asyncio.gather(
            *(whole(engine, Query(t, client=str(n))) for n, t in enumerate(texts))
        )

    outcome = asyncio.run(all_of_them())
    for n in range(0, 20, 4):
        assert b'"A"' in bytes(outcome[n])  # type: ignore[arg-type]
        assert outcome[n + 1 : n + 3] == ["ServiceFailed", "ServiceRefused"]
        assert b'"A"' in bytes(outcome[n + 3])  # type: ignore[arg-type]
    assert all(b'"bindings":[]' in bytes(rest) for rest in outcome[20:])  # type: ignore[arg-type]


def test_answers_are_not_kept_and_workers_not_used_again(engine: Engine, endpoints: Remote) -> None:
    query = Query(calling(f"{endpoints.address}found"))
    before = engine.health()

    async def twice() -> None:
        for _ in range(2):
            assert b'"A"' in await (await engine.answer(query)).read()
        async with asyncio.timeout(20):
            while len(engine.health().workers) > before.fast + LIMITS.workers:
                await asyncio.sleep(0.01)

    asyncio.run(twice())
    assert len(endpoints.came) == 2
    assert engine.health().cache_entries == before.cache_entries


def test_an_answer_that_has_begun_is_broken_off(engine: Engine, endpoints: Remote) -> None:
    """Rows that came before the call have gone out already, so nobody may take them for all."""
    many = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6))
    text = (
        f"SELECT * {{ {{ {many} }} UNION "
        f"{{ SERVICE SILENT <{endpoints.address}to-bait> {{ ?x ?y ?z }} }} }}"
    )

    async def read() -> bytes:
        answer = await engine.answer(Query(text))
        return await answer.read()

    with pytest.raises(ServiceRefused, match="it redirects"):
        asyncio.run(read())


def brokers() -> int:
    return sum(thread.name == "broker" for thread in threading.enumerate())


def test_a_broker_is_there_as_long_as_it_is_wanted(
    small: Dataset, there: Remote, bait: Remote
) -> None:
    before = brokers()
    with Engine.start(small, Limits(workers=1)) as engine:
        assert brokers() == before
        with pytest.raises(ServiceRefused, match="calls no other endpoint"):
            ask(engine, calling(bait.address, "SILENT"))
    limits = replace(LIMITS, service_allow=(there.at("found", FOUND),))
    with Engine.start(small, limits) as engine:
        assert brokers() == before + 1
        assert ask(engine, calling(f"{there.address}found")) == JOINED
    assert brokers() == before
    with pytest.raises(BrokenInput):
        Engine.start(Dataset((Path("no/such/file.nt"),)), limits)
    assert brokers() == before


def test_a_name_is_looked_up_once_for_a_call(
    small: Dataset, there: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere the second time leads nowhere else: there is no second time."""
    real = socket.getaddrinfo
    asked: list[object] = []

    def getaddrinfo(host: object, *arguments: object, **named: object) -> object:
        if host != "localhost":
            return real(host, *arguments, **named)  # type: ignore[arg-type]
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, arguments[0]))]

    endpoint = f"http://localhost:{urlsplit(there.at('found', FOUND)).port}/found"
    with Engine.start(small, replace(LIMITS, service_allow=(endpoint,))) as engine:
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        assert ask(engine, calling(endpoint)) == JOINED
        assert len(asked) == 1
        with pytest.raises(ServiceRefused, match=r"localhost has the address 10\.0\.0\.1"):
            ask(engine, calling(endpoint, "SILENT"))
