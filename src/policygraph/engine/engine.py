"""Queries in, answers out: admission, limits, and what happens when an evaluation goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from policygraph.engine import wire
from policygraph.engine.answer import Answer
from policygraph.engine.lanes import CALM_AFTER, SLOW_AFTER, Lane, Lanes, Ticket
from policygraph.engine.loading import Progress
from policygraph.engine.query import Dataset, Query
from policygraph.engine.worker import OVER_MEMORY
from policygraph.engine.workers import Worker, Workers
from policygraph.errors import (
    EvaluationCrashed,
    MemoryLimitExceeded,
    Overloaded,
    PayloadTooLarge,
    PolicygraphError,
    SyntaxProblem,
    TimeLimitExceeded,
    Unavailable,
)
from policygraph.formats import Format, named
from policygraph.settings import Limits

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Health:
    """The engine at this moment, and its counts since it started."""

    ready: bool
    quads: int
    workers: tuple[int, ...]
    """Process ids."""
    fast: int
    """Queries being evaluated that began a moment ago."""
    slow: int
    """Queries being evaluated that take long."""
    waiting: int
    finished: int
    stopped: dict[str, int]
    """Evaluations that did not finish: time, memory, crash, cancel, restart, overload, error."""
    data_memory: int
    """Bytes that the loaded data takes; shared by all workers."""


class _Job(Ticket):
    """A query on its way through the lanes."""

    __slots__ = ("answer", "answered", "frame", "seconds", "timer", "worker")

    def __init__(
        self, client: str, frame: bytes, seconds: float, answered: asyncio.Future[Answer]
    ) -> None:
        super().__init__(client)
        self.frame = frame
        self.seconds = seconds
        self.answered = answered
        self.answer: Answer | None = None
        self.worker: Worker | None = None
        self.timer: asyncio.TimerHandle | None = None


class Engine:
    """Evaluates queries in worker processes within limits; whatever happens there, it goes on.

    Belongs to one event loop at a time; `ask` brings its own.
    """

    def __init__(self, workers: Workers, limits: Limits) -> None:
        self._workers = workers
        self._limits = limits
        places = max(2, limits.workers or os.cpu_count() or 2)
        self._lanes = Lanes(places, places, limits.queries_waiting)
        self._idle: list[Worker] = []
        self._jobs: dict[Worker, _Job] = {}
        self._finished = 0
        self._stopped: Counter[str] = Counter()
        self._running = True
        self._one_at_a_time = threading.Lock()
        self._log = logging.getLogger(__name__)
        workers.use(self._on_frame, self._on_gone)
        self._top_up()

    @classmethod
    def start(cls, dataset: Dataset, limits: Limits, progress: Progress | None = None) -> Self:
        """Return an engine that serves `dataset`; blocks while it is loaded.

        Raises BrokenInput and SyntaxProblem for files that cannot be read.
        """
        return cls(Workers(dataset, limits.query_memory_mib * MIB, progress), limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process of the engine; what is being evaluated or waits gets an error."""
        if not self._running:
            return
        self._running = False
        self._workers.stop()
        while (job := self._lanes.next()) or self._jobs:
            for running in list(self._jobs.values()):
                self._end(running, Unavailable("the endpoint is shutting down"), "cancel")
            if isinstance(job, _Job):
                self._end(job, Unavailable("the endpoint is shutting down"), "cancel")

    def health(self) -> Health:
        """Return what the engine does at this moment, and its counts."""
        running = self._lanes.running
        return Health(
            ready=self._running and not self._workers.lost,
            quads=self._workers.loaded["quads"],
            workers=tuple(worker.pid for worker in self._workers.alive if worker.pid),
            fast=len(running[Lane.FAST]),
            slow=len(running[Lane.SLOW]),
            waiting=self._lanes.waiting,
            finished=self._finished,
            stopped=dict(self._stopped),
            data_memory=self._workers.loaded["memory"],
        )

    def ask(self, query: Query) -> tuple[Format, bytes]:
        """Return format and bytes of an answer, from code that has no event loop."""

        async def whole() -> tuple[Format, bytes]:
            answer = await self.answer(query)
            return answer.format, await answer.read()

        result: list[tuple[Format, bytes]] = []
        failure: list[BaseException] = []

        def run() -> None:
            try:
                result.append(asyncio.run(whole()))
            except BaseException as error:  # handed over to the thread that asks
                failure.append(error)

        with self._one_at_a_time:  # a thread of its own: a notebook has a loop in this one
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        if failure:
            raise failure[0]
        return result[0]

    async def answer(self, query: Query) -> Answer:
        """Return the answer to `query` once its first bytes are there.

        Raises PayloadTooLarge, SyntaxProblem, Refused, ServiceRefused, NotAcceptable, BrokenInput
        for what is asked; TimeLimitExceeded, MemoryLimitExceeded, EvaluationCrashed, Overloaded
        for how it went; Unavailable when the engine is down. If the caller is cancelled, so is
        the query.
        """
        job = self._job(query)
        self._lanes.add(job)
        self._schedule()
        if (surplus := self._lanes.surplus(job)) and isinstance(surplus, _Job):
            message = f"{self._lanes.waiting} queries are waiting; try again soon"
            self._end(surplus, Overloaded(message), "overload")
        try:
            return await job.answered
        except asyncio.CancelledError:
            self._end(job, Unavailable("the client has gone"), "cancel")
            raise

    def _job(self, query: Query) -> _Job:
        if not self._running or self._workers.lost:
            raise Unavailable("the engine has ended; it has to be started again")
        loop = asyncio.get_running_loop()
        self._workers.attach(loop)
        limit = self._limits.query_text_kib * 1024
        try:
            packed = query.packed()
            length = len(query.text) if len(query.text) > limit else len(query.text.encode())
        except UnicodeEncodeError as error:
            raise SyntaxProblem("the query is not Unicode text") from error
        if length > limit:
            raise PayloadTooLarge(f"the query is longer than {limit // 1024} KiB")
        seconds = self._limits.query_seconds
        if query.seconds is not None and query.seconds > 0:
            seconds = min(seconds, query.seconds)
        frame = wire.frame(wire.QUERY, packed)
        return _Job(query.client, frame, seconds, loop.create_future())

    def _schedule(self) -> None:
        """Start what can start."""
        while (job := self._lanes.next()) and isinstance(job, _Job):
            try:
                job.worker = worker = self._idle.pop() if self._idle else self._workers.spawn()
            except Unavailable as error:
                self._end(job, error, "crash")
                return
            self._jobs[worker] = job
            self._workers.send(worker, job.frame)
            loop = job.answered.get_loop()
            if job.lane is Lane.SLOW:
                self._workers.calm(worker)
            if job.lane is Lane.SLOW or job.seconds <= SLOW_AFTER:
                job.timer = loop.call_later(job.seconds, self._on_time_limit, job)
            else:
                job.timer = loop.call_later(SLOW_AFTER, self._on_slow, job)

    def _top_up(self) -> None:
        """Keep as many workers as there are places in the fast lane."""
        if not self._running or self._workers.lost:
            return
        busy = len(self._lanes.running[Lane.FAST])
        while len(self._idle) + busy < self._lanes.fast:
            self._idle.append(self._workers.spawn())

    def _on_frame(self, worker: Worker, kind: bytes, payload: bytes) -> None:
        job = self._jobs.get(worker)
        if job is None:
            return
        if kind == wire.BEGIN:
            self._begin(job, worker, payload)
        elif kind == wire.DATA and job.answer:
            job.answer.feed(payload)
        elif kind == wire.ERROR:
            self._stopped["error"] += 1
            self._fail(job, wire.unpacked_error(payload))
        elif kind == wire.END:
            self._finished += 1
            if payload or worker.calm:
                self._workers.dismiss(worker)
            self._release(job)

    def _begin(self, job: _Job, worker: Worker, payload: bytes) -> None:
        fields = json.loads(payload)
        chosen = named(fields["format"])
        if chosen is None or job.answered.done():
            return

        def wanted(more: bool) -> None:
            (self._workers.resume if more else self._workers.pause)(worker)

        def cancel() -> None:
            self._end(job, Unavailable("the client has gone"), "cancel")

        job.begun = True
        job.answer = Answer(fields["form"], chosen, wanted, cancel)
        job.answered.set_result(job.answer)

    def _release(self, job: _Job) -> None:
        """The evaluation is over: free its place and its worker."""
        worker, job.worker = job.worker, None
        if job.timer:
            job.timer.cancel()
        self._lanes.leave(job)
        if worker:
            self._jobs.pop(worker, None)
            if not worker.closed:
                self._idle.append(worker)
            if len(self._idle) > self._lanes.fast:
                # the last one knows the data: reading counts references, so that a worker has
                # copied each page that it has read, and a fresh one would have to do it again
                self._workers.dismiss(self._idle.pop(0))
        if job.answer:
            job.answer.finish()
        if self._running:
            self._schedule()
            self._top_up()

    def _fail(self, job: _Job, error: PolicygraphError) -> None:
        if job.answer:
            job.answer.finish(error)
            job.answer = None
        elif not job.answered.done():
            job.answered.set_exception(error)

    def _end(self, job: _Job, error: PolicygraphError, reason: str) -> None:
        """Stop a job wherever it is, and give its client the error."""
        self._stopped[reason] += 1
        if job.worker:
            self._workers.kill(job.worker)
        self._fail(job, error)
        self._release(job)

    def _on_time_limit(self, job: _Job) -> None:
        message = f"the query was stopped after {job.seconds:g} s; ask for less, or in parts"
        self._end(job, TimeLimitExceeded(message), "time")

    def _on_slow(self, job: _Job) -> None:
        """Move a job to the slow lane, and start another in its place."""
        loop = job.answered.get_loop()
        if job.seconds <= CALM_AFTER:
            job.timer = loop.call_later(job.seconds - SLOW_AFTER, self._on_time_limit, job)
        else:
            job.timer = loop.call_later(CALM_AFTER - SLOW_AFTER, self._on_very_slow, job)
        stopped = self._lanes.slowed(job)
        if isinstance(stopped, _Job) and stopped.worker:
            self._stopped["restart"] += 1
            if stopped.timer:
                stopped.timer.cancel()
            self._jobs.pop(stopped.worker, None)
            self._workers.kill(stopped.worker)
            stopped.worker = None
        self._schedule()
        self._top_up()
        if (surplus := self._lanes.surplus(job)) and isinstance(surplus, _Job):
            message = f"{self._lanes.waiting} long queries are waiting; try again later"
            self._end(surplus, Overloaded(message), "overload")

    def _on_very_slow(self, job: _Job) -> None:
        """Let everything else go first."""
        loop = job.answered.get_loop()
        job.timer = loop.call_later(job.seconds - CALM_AFTER, self._on_time_limit, job)
        if job.worker:
            self._workers.calm(job.worker)

    def _on_gone(self, worker: Worker, code: int, said: str) -> None:
        """A worker has ended by itself."""
        job = self._jobs.get(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if job is None:
            return  # the next query that needs one gets a new one
        if code == OVER_MEMORY or "memory allocation of" in said or "MemoryError" in said:
            limit = self._limits.query_memory_mib
            message = f"the query needs more than {limit} MiB; ask for less, or in parts"
            self._end(job, MemoryLimitExceeded(message), "memory")
            return
        ending = signal.Signals(-code).name if code < 0 else f"status {code}"
        self._log.warning("an evaluation ended with %s: %s", ending, said)
        message = f"the process that evaluated the query ended with {ending}"
        self._end(job, EvaluationCrashed(message), "crash")
