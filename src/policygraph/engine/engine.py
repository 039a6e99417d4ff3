"""Queries in, answers out: admission, limits, and what happens when an evaluation goes wrong."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import Self

from policygraph.engine import ledger, wire
from policygraph.engine.answer import Answer
from policygraph.engine.blocking import waited_for
from policygraph.engine.cache import AnswerCache, Kept, Key
from policygraph.engine.clerk import Desk
from policygraph.engine.federation import may_call
from policygraph.engine.figures import Figures, Health
from policygraph.engine.job import Flight, Job
from policygraph.engine.lanes import Lane, Lanes
from policygraph.engine.lending import Lending
from policygraph.engine.loading import Progress
from policygraph.engine.query import Dataset, Query
from policygraph.engine.worker import OVER_MEMORY
from policygraph.engine.workers import Worker, Workers
from policygraph.errors import (
    EvaluationCrashed,
    MemoryLimitExceeded,
    Overloaded,
    PolicygraphError,
    TimeLimitExceeded,
    Unavailable,
)
from policygraph.formats import Format
from policygraph.settings import Limits

MIB = 1 << 20


class Engine:
    """Evaluates queries in worker processes within limits; whatever happens there, it goes on.

    Belongs to one event loop at a time; `ask` brings its own.
    """

    def __init__(
        self, workers: Workers, limits: Limits, identity: str = "", clerks: bool = False
    ) -> None:
        self._workers = workers
        kept = limits.answer_cache_mib * MIB
        self.cache = AnswerCache(identity, kept // 2 if clerks else kept)
        self._limits = limits
        places = limits.places
        seconds = limits.query_seconds
        self.lending = Lending(workers, places if clerks else 0, seconds, self._calm)
        self._lanes = Lanes(places, places, limits.queries_waiting)
        self._idle: list[Worker] = []
        self._jobs: dict[Worker, Job] = {}
        self._flights: dict[Flight, Job] = {}
        self._figures = Figures()
        self._busy = 0.0
        """When the last evaluation was started."""
        self._running = True
        self._one_at_a_time = threading.Lock()
        self._log = logging.getLogger(__name__)
        workers.use(self._on_frame, self._on_gone, self._on_failure)
        self._top_up()

    @classmethod
    def start(
        cls,
        dataset: Dataset,
        limits: Limits,
        progress: Progress | None = None,
        desk: Desk | None = None,
    ) -> Self:
        """Return an engine that serves `dataset`; blocks while it is loaded.

        With a `desk`, of which other processes get copies, connections can be lent to it.
        Raises BrokenInput and SyntaxProblem for files that cannot be read.
        """
        workers = Workers(dataset, limits, progress, desk)
        return cls(workers, limits, dataset.identity, desk is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, wait: bool = True) -> None:
        """End all processes, soon if not by `wait`; what is being evaluated gets an error."""
        if not self._running:
            return
        self._running = False
        self._workers.stop(wait)
        self.lending.stop()
        while (job := self._lanes.next()) or self._jobs:
            for running in list(self._jobs.values()):
                self._end(running, Unavailable("the endpoint is shutting down"), "cancel")
            if isinstance(job, Job):
                self._end(job, Unavailable("the endpoint is shutting down"), "cancel")

    def health(self) -> Health:
        """Return what the engine does at this moment, and its counts."""
        running = self._lanes.running
        figures, cache, loaded = self._figures, self.cache, self._workers.loaded
        clerks = self.lending.numbers
        pids = tuple(worker.pid for worker in self._workers.alive if worker.pid)
        return Health(
            ready=self._running and not self._workers.lost,
            quads=loaded["quads"],
            workers=pids,
            fast=len(running[Lane.FAST]),
            slow=len(running[Lane.SLOW]),
            waiting=self._lanes.waiting,
            lent=len(list(self.lending.lent)),
            lent_answered=clerks[ledger.ANSWERED],
            finished=figures.finished + clerks[ledger.FINISHED],
            stopped=dict(figures.stopped),
            killed=dict(figures.killed),
            data_memory=loaded["memory"],
            on_disk=bool(loaded.get("on_disk")),
            seconds=figures.seconds + clerks[ledger.NANOSECONDS] / 1e9,
            buckets=tuple(map(sum, zip(figures.buckets, clerks[ledger.TIMES :], strict=True))),
            cache_hits=cache.hits + clerks[ledger.HITS],
            cache_misses=cache.misses + clerks[ledger.MISSES],
            cache_shared=figures.shared,
            cache_entries=len(cache) + clerks[ledger.KEPT],
            cache_bytes=cache.size + clerks[ledger.BYTES],
            processes=(self._workers.pid, *pids),
        )

    def ask(self, query: Query) -> tuple[Format, bytes]:
        """Return format and bytes of an answer, from code that has no event loop."""

        async def whole() -> tuple[Format, bytes]:
            answer = await self.answer(query)
            return answer.format, await answer.read()

        with self._one_at_a_time:
            return waited_for(whole())

    async def answer(self, query: Query) -> Answer:
        """Return the answer to `query` once its first bytes are there.

        Raises PayloadTooLarge, SyntaxProblem, Refused, ServiceRefused, NotAcceptable, BrokenInput
        for what is asked; TimeLimitExceeded, MemoryLimitExceeded, EvaluationCrashed, Overloaded
        for how it went; Unavailable when the engine is down. If the caller is cancelled, so is
        the query.
        """
        key = self.cache.key(query)
        if key is None:
            return await self._evaluated(query, None, None)
        if kept := self.cache.get(key):
            return Answer.of(kept)
        flight = (key, query.seconds)
        if (job := self._flights.get(flight)) and (answer := await self._along(job)):
            return answer
        return await self._evaluated(query, key, flight)

    async def _along(self, job: Job) -> Answer | None:
        """Return the answer that a job gives to another; None if that is no answer for all."""
        self._figures.shared += 1
        waiter: asyncio.Future[Answer | None] = job.answered.get_loop().create_future()
        job.waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter in job.waiters:
                job.waiters.remove(waiter)
                if job.abandoned and not job.waiters:
                    self._end(job, Unavailable("the client has gone"), "cancel")
            raise

    def begin(self, query: Query) -> Answer | Job | None:
        """Return the kept answer, else the job that makes it; see its `answered`, and `leave`.

        For who has no task that could wait. None if the same is being evaluated for another:
        then `answer` waits for that one. Raises what `answer` raises for what is asked.
        """
        key = self.cache.key(query)
        if key is None:
            return self._begun(query, None, None)
        flight = (key, query.seconds)
        if flight in self._flights:
            return None
        if kept := self.cache.get(key):
            return Answer.of(kept)
        return self._begun(query, key, flight)

    async def _evaluated(self, query: Query, key: Key | None, flight: Flight | None) -> Answer:
        job = self._begun(query, key, flight)
        try:
            return await job.answered
        except asyncio.CancelledError:
            self.leave(job)
            raise

    def _begun(self, query: Query, key: Key | None, flight: Flight | None) -> Job:
        job = self._job(query)
        job.key = key
        if flight and flight not in self._flights:
            job.flight = flight
            self._flights[flight] = job
        self._lanes.add(job)
        self._schedule()
        if (surplus := self._lanes.surplus(job)) and isinstance(surplus, Job):
            message = f"{self._lanes.waiting} queries are waiting; try again soon"
            self._end(surplus, Overloaded(message), "overload")
        if job.lane is Lane.WAITING:
            longest = self._limits.query_seconds
            job.timer = job.answered.get_loop().call_later(longest, self._on_waited, job)
        return job

    def leave(self, job: Job) -> None:
        """The client that asked first has gone: stop, if no other waits for the same answer.

        What began a moment ago may go on for a moment: another worker would take as long.
        """
        if not job.waiters and (job.lane is not Lane.FAST or job.begun):
            self._end(job, Unavailable("the client has gone"), "cancel")
            return
        job.abandoned = True
        if job.answer:
            job.answer.drain()

    def _land(self, job: Job, outcome: Kept | PolicygraphError | None) -> None:
        if job.flight:
            self._flights.pop(job.flight, None)
            job.flight = None
        job.tell(outcome)

    def _job(self, query: Query) -> Job:
        if not self._running or self._workers.lost:
            raise Unavailable("the engine has ended; it has to be started again")
        loop = asyncio.get_running_loop()
        self._workers.attach(loop)
        job = Job(query, self._limits, loop.create_future())
        job.outside = bool(self._workers.broker) and may_call(query.text)
        return job

    def _schedule(self) -> None:
        """Start what can start."""
        while (job := self._lanes.next()) and isinstance(job, Job):
            if job.timer:
                job.timer.cancel()
            try:
                job.worker = worker = self._worker(job)
            except Unavailable as error:
                self._end(job, error, "crash")
                return
            self._jobs[worker] = job
            self._workers.send(worker, job.frame)
            loop = job.answered.get_loop()
            self._busy = job.started = loop.time()
            if self._lanes.running[Lane.SLOW]:
                self._calm()
            patience = self._lanes.patience(job, job.started)
            if job.deadline and job.deadline - job.started < job.seconds:
                job.timer = loop.call_at(job.deadline, self._on_waited, job)
            elif job.lane is Lane.SLOW or job.seconds <= patience:
                job.timer = loop.call_later(job.seconds, self._on_time_limit, job)
            else:
                job.timer = loop.call_later(patience, self._on_slow, job)

    def _worker(self, job: Job) -> Worker:
        if self._idle and not job.outside:
            return self._idle.pop()
        return self._workers.spawn(job.outside)

    def _calm(self) -> None:
        """Let all other processes go before the slow evaluations."""
        for job in self._lanes.running[Lane.SLOW]:
            if isinstance(job, Job) and job.worker and not job.worker.calm:
                self._workers.calm(job.worker)

    def _top_up(self) -> None:
        """Keep as many workers as there are places in the fast lane."""
        busy = len(self._lanes.running[Lane.FAST])
        if not self._running or self._workers.lost:
            return
        while len(self._idle) + busy < self._lanes.fast:
            self._idle.append(self._workers.spawn())

    def _on_frame(self, worker: Worker, kind: bytes, payload: bytes) -> None:
        job = self._jobs.get(worker)
        if job is None:
            return
        if kind == wire.WHOLE:
            self._whole(job, worker, payload)
        elif kind == wire.BEGIN:
            self._begin(job, worker, payload)
        elif kind == wire.DATA and job.answer:
            job.answer.feed(payload)
            if job.flight and not job.answer.small:
                self._land(job, None)
                if job.abandoned:
                    self._end(job, Unavailable("the client has gone"), "cancel")
        elif kind == wire.ERROR:
            self._figures.stopped["error"] += 1
            self._fail(job, wire.unpacked_error(payload))
        elif kind == wire.END:
            self._finish(job, worker, retire=bool(payload) or worker.calm)

    def _whole(self, job: Job, worker: Worker, payload: bytes) -> None:
        """Take an answer that comes in one piece, as most do."""
        self._figures.finished += 1
        begin, _, body = payload.partition(b"\n")
        form, chosen = wire.begun(begin)
        if job.key:
            kept = self.cache.put(job.key, form, chosen, body)
            answer = Answer.of(kept)
            if job.waiters:
                self._land(job, kept)
        else:
            answer = Answer.whole_of(form, chosen, body)
        if not job.answered.done():
            job.answered.set_result(answer)
        if worker.calm:
            self._workers.dismiss(worker)
        self._release(job)

    def _begin(self, job: Job, worker: Worker, payload: bytes) -> None:
        form, chosen = wire.begun(payload)

        def wanted(more: bool) -> None:
            (self._workers.resume if more else self._workers.pause)(worker)

        job.begun = True
        job.answer = Answer(form, chosen, wanted, lambda: self.leave(job))
        if job.abandoned:
            job.answer.drain()
        elif not job.answered.done():
            job.answered.set_result(job.answer)

    def _finish(self, job: Job, worker: Worker, retire: bool) -> None:
        self._figures.finished += 1
        if retire:
            self._workers.dismiss(worker)
        answer = job.answer
        if answer and job.key and answer.small:
            kept = self.cache.put(job.key, answer.form, answer.format, answer.made)
            answer.kept = kept
            self._land(job, kept)
        self._release(job)

    def _release(self, job: Job) -> None:
        """The evaluation is over: free its place and its worker."""
        worker, job.worker = job.worker, None
        if job.timer:
            job.timer.cancel()
        if job.flight:
            self._land(job, None)
        if job.started:
            self._figures.took(job.answered.get_loop().time() - job.started)
        self._lanes.leave(job)
        if worker:
            self._jobs.pop(worker, None)
            if worker.token:
                self._workers.dismiss(worker)
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

    def _fail(self, job: Job, error: PolicygraphError) -> None:
        self._land(job, None if type(error) in (Overloaded, Unavailable) else error)
        if job.answer:
            job.answer.finish(error)
            job.answer = None
        elif not job.answered.done():
            job.answered.set_exception(error)

    def _end(self, job: Job, error: PolicygraphError, reason: str) -> None:
        """Stop a job wherever it is, and give its client the error."""
        self._figures.stopped[reason] += 1
        if job.worker:
            self._figures.killed[reason] += 1
            self._workers.kill(job.worker)
        self._fail(job, error)
        self._release(job)

    def _on_time_limit(self, job: Job) -> None:
        self._lanes.suspect(job, job.answered.get_loop().time())
        message = f"the query was stopped after {job.seconds:g} s; ask for less, or in parts"
        self._end(job, TimeLimitExceeded(message), "time")

    def _on_waited(self, job: Job) -> None:
        message = f"{self._lanes.waiting} queries are waiting; try again later"
        self._end(job, Overloaded(message), "overload")

    def _on_slow(self, job: Job) -> None:
        """Move a job to the slow lane, and start another in its place."""
        if job.abandoned and not job.waiters:
            self._end(job, Unavailable("the client has gone"), "cancel")
            return
        loop = job.answered.get_loop()
        now = loop.time()
        job.timer = loop.call_later(job.started + job.seconds - now, self._on_time_limit, job)
        stopped = self._lanes.slowed(job)
        if isinstance(stopped, Job) and stopped.worker:
            self._figures.stopped["restart"] += 1
            self._figures.killed["restart"] += 1
            if stopped.timer:
                stopped.timer.cancel()
            # it waits for no longer than it may run, and once more it may run as long
            stopped.deadline = stopped.deadline or now + 2 * stopped.seconds
            until = min(now + stopped.seconds, stopped.deadline)
            stopped.timer = loop.call_at(until, self._on_waited, stopped)
            self._jobs.pop(stopped.worker, None)
            self._workers.kill(stopped.worker)
            stopped.worker = None
        self._schedule()
        self._top_up()
        if self._busy > job.started or self._lanes.waiting or any(self.lending.lent):
            self._calm()
        if (surplus := self._lanes.surplus(job)) and isinstance(surplus, Job):
            self._on_waited(surplus)

    def _on_gone(self, worker: Worker, code: int, said: str) -> None:
        """A worker has ended by itself."""
        job = self._jobs.get(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if job is None:
            return  # the next query that needs one gets a new one
        if code == OVER_MEMORY or "memory allocation of" in said or "MemoryError" in said:
            self._lanes.suspect(job, job.answered.get_loop().time())
            limit = self._limits.query_memory_mib
            message = f"the query needs more than {limit} MiB; ask for less, or in parts"
            self._end(job, MemoryLimitExceeded(message), "memory")
            return
        ending = signal.Signals(-code).name if code < 0 else f"status {code}"
        self._log.warning("an evaluation ended with %s: %s", ending, said)
        message = f"the process that evaluated the query ended with {ending}"
        self._end(job, EvaluationCrashed(message), "crash")

    def _on_failure(self, worker: Worker, error: PolicygraphError) -> None:
        """A call to a remote endpoint fails the query that a worker evaluates."""
        if job := self._jobs.get(worker):
            self._end(job, error, "service")
