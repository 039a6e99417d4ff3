"""Answers that are kept: how many bytes, whose, and never what may change."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from policygraph.engine import Answer, Dataset, Engine, Query
from policygraph.engine.cache import LARGEST, AnswerCache, Kept, Key
from policygraph.formats import RESULT_FORMATS
from policygraph.settings import Limits

from .conftest import ENDLESS

LIMIT = 12_000
NAMES = st.sampled_from("abcdefgh")
BODIES = st.binary(max_size=40).map(lambda part: part * 100)


def key(cache: AnswerCache, name: str) -> Key:
    found = cache.key(Query(f"ASK {{ <urn:{name}> ?p ?o }}"))
    assert found is not None
    return found


class Keeping(RuleBasedStateMachine):
    """Whatever is done, the bytes are counted rightly and are within the limit."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = AnswerCache("data", LIMIT)
        self.put_last: dict[str, Kept] = {}
        self.attached: dict[bytes, bytes] = {}

    @rule(name=NAMES, body=BODIES)
    def put(self, name: str, body: bytes) -> None:
        kept = self.cache.put(key(self.cache, name), "ASK", RESULT_FORMATS[0], body)
        assert kept.body == body
        if kept.size > LIMIT:
            assert self.cache.get(kept.key) is not kept
        else:
            assert self.cache.get(kept.key) is kept
            self.put_last[name] = kept

    @rule(name=NAMES)
    def get(self, name: str) -> None:
        kept = self.cache.get(key(self.cache, name))
        assert kept is None or kept is self.put_last[name]

    @rule(name=NAMES)
    def pack(self, name: str) -> None:
        if name in self.put_last:
            kept = self.put_last[name]
            assert gzip.decompress(self.cache.packed(kept)) == kept.body

    @rule(name=NAMES, request=st.binary(min_size=1, max_size=3), response=BODIES)
    def attach(self, name: str, request: bytes, response: bytes) -> None:
        known = self.cache.response(request)
        if name in self.put_last:
            self.cache.attach(self.put_last[name], request, response)
            after = self.cache.response(request)
            assert after in ((known,) if known is not None else (None, response))
            if after is not None:
                self.attached[request] = after

    @rule(request=st.binary(min_size=1, max_size=3))
    def respond(self, request: bytes) -> None:
        response = self.cache.response(request)
        assert response is None or response == self.attached[request]

    @invariant()
    def bytes_are_counted(self) -> None:
        entries = list(self.cache._kept.values())
        assert self.cache.size == sum(kept.size for kept in entries) <= LIMIT
        for kept in entries:
            responses = [self.cache._responses[request] for request in kept.requests]
            held = len(kept.body) + len(kept.packed)
            assert all(owner is kept for owner, _ in responses)
            assert kept.size >= held + sum(len(response) for _, response in responses)
        requests = [request for kept in entries for request in kept.requests]
        assert sorted(requests) == sorted(self.cache._responses)


TestKeeping = Keeping.TestCase


def test_what_has_not_been_asked_for_longest_goes_first() -> None:
    cache = AnswerCache("data", LIMIT)
    kept = {n: cache.put(key(cache, n), "ASK", RESULT_FORMATS[0], b"x" * 3000) for n in "abc"}
    cache.attach(kept["a"], b"request", b"response")
    assert cache.response(b"request") == b"response"
    assert cache.get(kept["b"].key) is kept["b"]
    cache.put(key(cache, "d"), "ASK", RESULT_FORMATS[0], b"x" * 3000)
    assert cache.get(kept["c"].key) is None
    assert cache.response(b"request") == b"response"


def test_what_is_too_large_is_not_kept() -> None:
    cache = AnswerCache("data", 10 * LARGEST)
    for size, stays in ((LARGEST, True), (LARGEST + 1, False)):
        kept = cache.put(key(cache, str(size)), "ASK", RESULT_FORMATS[0], bytes(size))
        assert (cache.get(kept.key) is kept) == stays


@pytest.mark.parametrize(
    "text",
    ["SELECT (NOW() AS ?n) {}", "ASK { FILTER(rand () > 2) }", "SELECT (uUid#\n(\n) AS ?u) {}",
     "SELECT (STRUUID() AS ?u) {}", "SELECT (BNODE() AS ?b) {}", "ASK { SERVICE <urn:x> {} }",
     "ASK { BIND(\\u004EOW() AS ?n) }"],
)  # fmt: skip
def test_what_may_change_is_not_kept(text: str) -> None:
    assert AnswerCache("data", LIMIT).key(Query(text)) is None


def test_a_limit_of_nothing_keeps_nothing() -> None:
    assert AnswerCache("data", 0).key(Query("ASK {}")) is None


async def read(engine: Engine, query: Query) -> bytes:
    return await (await engine.answer(query)).read()


def test_the_same_asked_by_many_at_once_is_evaluated_once(small: Dataset) -> None:
    async def work(engine: Engine) -> None:
        query = Query("SELECT * { ?a ?b ?c . ?d ?e ?f }")
        answers = await asyncio.gather(*(read(engine, query) for _ in range(20)))
        assert len(set(answers)) == 1
        health = engine.health()
        assert (health.finished, health.cache_shared, health.cache_entries) == (1, 19, 1)
        kept = engine.begin(query)
        assert isinstance(kept, Answer)
        assert kept.whole == answers[0]
        assert engine.health().finished == 1

    with Engine.start(small, Limits(workers=2)) as engine:
        asyncio.run(work(engine))


def test_who_waits_along_gets_the_answer_when_the_first_has_gone(small: Dataset) -> None:
    async def work(engine: Engine) -> None:
        query = Query("ASK { ?s ?p ?o }")
        first = engine.begin(query)
        assert first is not None
        assert not isinstance(first, Answer)
        assert engine.begin(query) is None
        second = asyncio.create_task(read(engine, query))
        await asyncio.sleep(0)
        engine.leave(first)
        assert b"true" in await second
        assert engine.health().finished == 1

    with Engine.start(small, Limits(workers=2)) as engine:
        asyncio.run(work(engine))


def test_what_waits_for_a_place_does_not_wait_longer_than_it_may_run(numbers: Dataset) -> None:
    async def work(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        queries = [Query(f"{ENDLESS} # {n}", client=str(n)) for n in range(12)]
        ends = await asyncio.gather(*(read(engine, q) for q in queries), return_exceptions=True)
        assert all(isinstance(end, Exception) for end in ends)
        # three times the limit, and a share of a busy machine
        assert loop.time() - begun < 3 * 2 + 10
        health = engine.health()
        assert health.stopped["restart"] > 0
        assert health.fast == health.slow == health.waiting == 0

    with Engine.start(numbers, Limits(workers=2, query_seconds=2)) as engine:
        asyncio.run(work(engine))
