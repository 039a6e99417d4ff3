"""What stops, what goes on, and what is left behind: with real processes."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from policygraph.engine import Answer, Dataset, Engine, Health, Query
from policygraph.engine.worker import OVER_MEMORY
from policygraph.errors import (
    EvaluationCrashed,
    MemoryLimitExceeded,
    Overloaded,
    PayloadTooLarge,
    TimeLimitExceeded,
    Unavailable,
)
from policygraph.settings import Limits

from .conftest import ENDLESS, MANY, becomes, gone

POINT = "SELECT ?o { <http://example.org/7> ?p ?o }"
BOMB = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c ?i"
ROWS = 1_000_000


async def text(engine: Engine, query: Query) -> bytes:
    return await (await engine.answer(query)).read()


async def until(true: Any, seconds: float = 10) -> bool:
    for _ in range(int(seconds * 100)):
        if true():
            return True
        await asyncio.sleep(0.01)
    return False


def quiet(engine: Engine) -> bool:
    health: Health = engine.health()
    return health.fast == health.slow == health.waiting == 0


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_the_time_limit_ends_the_process_while_others_go_on(heavy: Engine) -> None:
    async def work() -> None:
        await text(heavy, Query(POINT))
        before = set(heavy.health().workers)
        endless = [
            asyncio.create_task(text(heavy, Query(ENDLESS, seconds=1.2, client=f"bad {n}")))
            for n in range(2)
        ]
        answered = 0
        while not all(task.done() for task in endless):
            assert b"number 7" in await text(heavy, Query(POINT, client="good"))
            answered += 1
        assert answered > 3
        for task in endless:
            with pytest.raises(TimeLimitExceeded, match=r"after 1\.2 s"):
                await task
        assert await until(lambda: sum(map(gone, before)) == 2)
        assert b"number 7" in await text(heavy, Query(POINT))
        assert quiet(heavy)

    run(work())


def test_many_endless_queries_of_one_client_leave_places_for_another(heavy: Engine) -> None:
    async def work() -> None:
        bad = [
            asyncio.create_task(text(heavy, Query(ENDLESS, seconds=1, client="bad")))
            for _ in range(6)
        ]
        await asyncio.sleep(0)
        for _ in range(5):
            assert b"number 7" in await text(heavy, Query(POINT, client="good"))
        results = await asyncio.gather(*bad, return_exceptions=True)
        assert {type(result) for result in results} <= {TimeLimitExceeded, Overloaded}
        assert TimeLimitExceeded in map(type, results)
        assert quiet(heavy)

    run(work())


def test_a_client_cannot_raise_the_time_limit(numbers: Dataset) -> None:
    with (
        Engine.start(numbers, Limits(query_seconds=0.5, workers=2)) as engine,
        pytest.raises(TimeLimitExceeded, match=r"after 0\.5 s"),
    ):
        engine.ask(Query(ENDLESS, seconds=60))


def test_the_memory_limit_ends_that_query_alone(heavy: Engine) -> None:
    async def work() -> None:
        bomb = asyncio.create_task(text(heavy, Query(BOMB, client="bad")))
        while not bomb.done():
            assert b"number 7" in await text(heavy, Query(POINT, client="good"))
        with pytest.raises(MemoryLimitExceeded, match="200 MiB"):
            await bomb

    run(work())


def test_memory_is_watched_where_the_system_holds_no_limit() -> None:
    code = (
        "import time\n"
        "from policygraph.engine.worker import build_walls\n"
        "build_walls(50 << 20, watch=True)\n"
        "kept = []\n"
        "while True: kept.append(bytearray(b'x' * (1 << 20))); time.sleep(0.005)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=with_path(), timeout=60, check=False)
    assert ended.returncode == OVER_MEMORY


def test_a_crash_in_native_code_costs_that_query_alone(heavy: Engine) -> None:
    nested = "ASK { FILTER(" + "!" * 100_000 + "true) }"
    with pytest.raises(EvaluationCrashed, match=r"SIG(SEGV|ABRT|BUS)"):
        heavy.ask(Query(nested))
    assert b"number 7" in heavy.ask(Query(POINT))[1]


def test_a_million_rows_stream_in_bounded_memory(heavy: Engine) -> None:
    async def work() -> None:
        await text(heavy, Query(POINT))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer = await heavy.answer(Query(MANY))
        total = rows = 0
        async for chunk in answer.chunks:
            total += len(chunk)
            rows += chunk.count(b'"f":{')
            if rows < 10_000:
                await asyncio.sleep(0.01)  # a reader that is slower than the writer
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        assert rows >= ROWS - total // 65536  # a chunk's border may cut what we look for
        assert total > 250_000_000
        assert grown < 50_000_000

    run(work())


async def _killed_in_between(engine: Engine, answer: Answer) -> None:
    await anext(answer.chunks)
    for pid in engine.health().workers:
        with suppress(ProcessLookupError):  # an earlier one, and nobody has told us yet
            os.kill(pid, signal.SIGKILL)


def test_a_worker_killed_in_between_gives_an_error_and_no_short_result(heavy: Engine) -> None:
    async def work() -> None:
        answer = await heavy.answer(Query(MANY))
        await until(lambda: heavy.health().workers)
        await _killed_in_between(heavy, answer)
        with pytest.raises(EvaluationCrashed, match="SIGKILL"):
            async for _ in answer.chunks:
                pass
        assert answer.whole is None
        assert b"number 7" in await text(heavy, Query(POINT))

    run(work())


def test_the_time_limit_breaks_off_a_stream(heavy: Engine) -> None:
    async def work() -> None:
        answer = await heavy.answer(Query(MANY, seconds=0.6))
        await anext(answer.chunks)
        await asyncio.sleep(0.8)  # read nothing: the worker waits for us
        with pytest.raises(TimeLimitExceeded):
            await answer.read()
        assert quiet(heavy)

    run(work())


def test_closing_an_answer_ends_its_process(heavy: Engine) -> None:
    async def work() -> None:
        await text(heavy, Query(POINT))
        await until(lambda: len(heavy.health().workers) >= 2)
        before = set(heavy.health().workers)
        answer = await heavy.answer(Query(MANY))
        await anext(answer.chunks)
        await answer.close()
        assert await until(lambda: any(map(gone, before)))
        assert quiet(heavy)

    run(work())


def test_a_client_that_goes_away_stops_its_evaluation_or_its_waiting(heavy: Engine) -> None:
    async def work() -> None:
        tasks = [asyncio.create_task(text(heavy, Query(ENDLESS, client=str(n)))) for n in range(4)]
        await until(lambda: heavy.health().slow == 2)
        for task in tasks:
            task.cancel()
        assert await asyncio.gather(*tasks, return_exceptions=True)
        assert await until(lambda: quiet(heavy))
        assert b"number 7" in await text(heavy, Query(POINT))

    run(work())


def test_too_many_waiting_are_turned_away_beginning_with_who_sends_most(numbers: Dataset) -> None:
    async def work() -> None:
        limits = Limits(workers=2, queries_waiting=3, query_seconds=5, answer_cache_mib=0)
        with Engine.start(numbers, limits) as engine:
            greedy = [
                asyncio.create_task(text(engine, Query(ENDLESS, client="greedy", seconds=0.2)))
                for _ in range(8)
            ]
            await asyncio.sleep(0)
            assert engine.health().waiting == 3
            other = asyncio.create_task(text(engine, Query(POINT, client="other")))
            results = await asyncio.gather(*greedy, return_exceptions=True)
            kinds = [type(result) for result in results]
            assert kinds.count(Overloaded) == 4
            assert kinds.count(TimeLimitExceeded) == 4
            assert b"number 7" in await other

    run(work())


def test_a_query_text_has_a_limit(engine: Engine) -> None:
    with pytest.raises(PayloadTooLarge):
        engine.ask(Query("ASK {} #" + "é" * 600_000))
    assert b"true" in engine.ask(Query("ASK {} #" + "x" * 1_000_000))[1]


def test_stopping_ends_every_process_and_every_wait(numbers: Dataset) -> None:
    async def work() -> None:
        engine = Engine.start(numbers, Limits(workers=2, answer_cache_mib=0))
        tasks = [asyncio.create_task(text(engine, Query(ENDLESS, client=str(n)))) for n in range(4)]
        await until(lambda: len(engine.health().workers) >= 2 and engine.health().fast == 2)
        pids = [*engine.health().workers, engine._workers.pid]
        engine.stop()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(result, Unavailable)
        assert await until(lambda: all(map(gone, pids)))
        with pytest.raises(Unavailable):
            await engine.answer(Query(POINT))

    run(work())


def with_path() -> dict[str, str]:
    source = Path(__file__).parents[2] / "src"
    return os.environ | {"PYTHONPATH": str(source)}


FRONT = """
import asyncio, sys
from pathlib import Path
from policygraph.engine import Dataset, Engine, Query
from policygraph.settings import Limits

async def main():
    queries = [Query(sys.argv[2], client=str(n)) for n in range(3)]
    tasks = [asyncio.create_task(engine.answer(query)) for query in queries]
    while len(engine.health().workers) < 3:
        await asyncio.sleep(0.01)
    print(engine._workers.pid, *engine.health().workers, flush=True)
    await asyncio.gather(*tasks)

engine = Engine.start(Dataset((Path(sys.argv[1]),)), Limits(workers=2, answer_cache_mib=0))
asyncio.run(main())
"""


@pytest.mark.parametrize("victim", ["front", "template"])
def test_no_orphan_is_left_when_a_process_dies(numbers: Dataset, victim: str) -> None:
    front = subprocess.Popen(
        [sys.executable, "-c", FRONT, str(numbers.files[0]), ENDLESS],
        env=with_path(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with front:
        assert front.stdout is not None
        template, *workers = map(int, front.stdout.readline().split())
        assert len(workers) >= 3
        os.kill(front.pid if victim == "front" else template, signal.SIGKILL)
        assert becomes(lambda: all(map(gone, workers)))
        front.wait(120)
    if victim == "template":
        assert front.returncode == 1  # each query got its error; the program did not hang
    assert becomes(lambda: gone(template))


def test_interrupting_the_terminal_prints_nothing_from_workers(numbers: Dataset) -> None:
    front = subprocess.Popen(
        [sys.executable, "-c", FRONT, str(numbers.files[0]), ENDLESS], process_group=0,
        env=with_path(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with front:
        assert front.stdout is not None
        pids = [int(pid) for pid in front.stdout.readline().split()]
        os.killpg(front.pid, signal.SIGINT)
        _, said = front.communicate(timeout=120)
    assert said.count("Traceback") <= said.count("KeyboardInterrupt") + 1
    assert "worker.py" not in said
    assert "template.py" not in said
    assert becomes(lambda: all(map(gone, pids)))
