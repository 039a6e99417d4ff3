"""The front's end of the worker processes: start, fork, feed, end; frames in, frames out."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policygraph.engine import wire
from policygraph.engine.loading import Progress
from policygraph.engine.query import Dataset
from policygraph.errors import EvaluationCrashed, PolicygraphError, Unavailable
from policygraph.settings import Limits

if TYPE_CHECKING:
    from policygraph.engine.broker import Broker
    from policygraph.engine.clerk import Desk

_READ = 256 * 1024
_ORPHAN = "the template process has ended"

OnFrame = Callable[["Worker", bytes, bytes], None]
OnGone = Callable[["Worker", int, str], None]
OnFailure = Callable[["Worker", PolicygraphError], None]


@dataclass(eq=False, slots=True)
class Worker:
    """A worker process as the front sees it."""

    number: int
    channel: socket.socket
    on_frame: OnFrame
    on_gone: OnGone
    frames: wire.Frames = field(default_factory=wire.Frames)
    clerk: bool = False
    """It reads from clients until it has ended."""
    token: str = ""
    """What opens the broker; such a worker is for one query."""
    unsent: bytes = b""
    pid: int | None = None
    calm: bool = False
    """Others have the processor first; there is no way back."""
    closed: bool = False
    """The front is done with it; it ends."""


class Workers:
    """The template process and the workers that it has forked. Belongs to one event loop at a time.

    Starting blocks until the data is loaded. It may be called anywhere: the template is a new
    program, not a fork of this one.
    """

    def __init__(
        self,
        dataset: Dataset,
        limits: Limits,
        progress: Progress | None,
        desk: Desk | None,
    ) -> None:
        self.broker: Broker | None = None
        """What workers may call; None if no query may call anything."""
        if limits.service_allow and not dataset.copy:  # who has the copy calls by itself
            from policygraph.engine.broker import Broker

            self.broker = Broker(limits, dataset.base)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alive: dict[int, Worker] = {}
        self._number = 0
        self._frames = wire.Frames()
        self._received = memoryview(bytearray(_READ))
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _started(theirs)
        self.lost = False
        """The template has ended, against our will."""
        try:
            self.loaded = self._load(dataset, limits, progress, desk)
        except BaseException:
            self.stop()
            raise

    def _load(
        self,
        dataset: Dataset,
        limits: Limits,
        progress: Progress | None,
        desk: Desk | None,
    ) -> dict[str, Any]:
        order = {
            "files": [str(file.absolute()) for file in dataset.files],
            "apart": sorted(dataset.apart),
            "base": dataset.base,
            "identity": dataset.identity,
            "memory": limits.query_memory_mib << 20,
            "broker": self.broker.port if self.broker else 0,
            "allowed": self.broker.endpoints if self.broker else (),
            "copy": asdict(dataset.copy) if dataset.copy else None,
            "most": limits.memory_quads,
            "desk": base64.b64encode(pickle.dumps(desk)).decode(),
        }
        self._control.sendall(wire.message(wire.LOAD, **order))
        while data := self._control.recv(_READ):
            for kind, payload in self._frames.feed(data):
                if kind == wire.ERROR:
                    raise wire.unpacked_error(payload)
                fields: dict[str, Any] = json.loads(payload)
                if kind == wire.READY:
                    return fields
                if progress:
                    progress(fields["done"], fields["total"])
        code = self._process.wait()
        raise EvaluationCrashed(f"the data could not be loaded: the process ended with {code}")

    def use(self, on_frame: OnFrame, on_gone: OnGone, on_failure: OnFailure) -> None:
        """Say who takes what workers send, and who is told what has ended a query from outside.

        That is a worker that has ended unasked, or a remote endpoint.
        """
        self._on_frame = on_frame
        self._on_gone = on_gone
        self._on_failure = on_failure

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve from `loop` from now on."""
        if self._loop is loop or self.lost:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._forget_readers(self._loop)
        self._loop = loop
        self._control.setblocking(False)
        loop.add_reader(self._control, self._heard)
        for worker in self._alive.values():
            if not worker.closed:
                loop.add_reader(worker.channel, self._readable, worker)

    def _forget_readers(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._control)
        for worker in self._alive.values():
            if not worker.closed:
                loop.remove_reader(worker.channel)

    @property
    def alive(self) -> list[Worker]:
        """The workers that have not ended."""
        return list(self._alive.values())

    @property
    def pid(self) -> int:
        """The process id of the template."""
        return self._process.pid

    def spawn(self, outside: bool = False) -> Worker:
        """Return a new worker; it can be given a query at once. Unavailable if there is none.

        One that reaches `outside` can call the broker; it is for one query.
        """
        kind = wire.FORK_OUT if outside else wire.FORK
        worker = self._forked(kind, self._on_frame, self._on_gone)
        if outside and self.broker:
            worker.token = self.broker.open(partial(self._failed, worker))
            self.send(worker, wire.frame(wire.TOKEN, worker.token.encode()))
        return worker

    def _forked(self, kind: bytes, on_frame: OnFrame, on_gone: OnGone, *passed: int) -> Worker:
        self._number += 1
        channel, theirs = socket.socketpair()
        channel.setblocking(False)
        with theirs:
            self._order(kind, self._number, theirs.fileno(), *passed)
        worker = Worker(self._number, channel, on_frame, on_gone)
        self._alive[worker.number] = worker
        if self._loop:
            self._loop.add_reader(channel, self._readable, worker)
        return worker

    def spawn_clerk(self, ledger: int, on_frame: OnFrame, on_gone: OnGone) -> Worker:
        """Return a new clerk that writes to this ledger; Unavailable if there is none.

        It tells `on_frame` what it has to tell, and `on_gone` hears when it has ended, however.
        """
        worker = self._forked(wire.FORK_CLERK, on_frame, on_gone, ledger)
        worker.clerk = True
        return worker

    def hand(self, worker: Worker, frame: bytes, descriptor: int) -> None:
        """Send a clerk a frame with a descriptor; OSError if it takes none now."""
        socket.send_fds(worker.channel, [frame], [descriptor])

    def release(self, worker: Worker) -> None:
        """Have a clerk end by itself once it has answered what it is answering."""
        with suppress(OSError):
            worker.channel.shutdown(socket.SHUT_WR)

    def strike(self, worker: Worker) -> None:
        """End a clerk in the middle of whatever it does."""
        with suppress(Unavailable):
            self._order(wire.KILL, worker.number)

    def _failed(self, worker: Worker, error: PolicygraphError) -> None:
        """Pass on, from the broker's thread, that a call fails the whole query."""
        with suppress(RuntimeError, AttributeError):  # the loop has gone, and who waited there
            self._loop.call_soon_threadsafe(self._on_failure, worker, error)  # type: ignore[union-attr]

    def _order(self, kind: bytes, number: int, *passed: int) -> None:
        """Send the template an order; it always reads, so that a few bytes always fit."""
        data = wire.frame(kind, str(number).encode())
        try:
            if passed:
                socket.send_fds(self._control, [data], passed)
            else:
                self._control.sendall(data)
        except OSError as error:
            self.lost = True
            raise Unavailable("the engine has ended; it has to be started again") from error

    def send(self, worker: Worker, data: bytes) -> None:
        """Send a worker bytes; what does not fit now is sent later."""
        worker.unsent += data
        self._push(worker)

    def _push(self, worker: Worker) -> None:
        if worker.closed or self._loop is None:
            return
        try:
            sent = worker.channel.send(worker.unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # it has ended; `gone` follows
        was_waiting = sent < len(worker.unsent)
        worker.unsent = worker.unsent[sent:]
        if was_waiting:
            self._loop.add_writer(worker.channel, self._push_rest, worker)

    def _push_rest(self, worker: Worker) -> None:
        if self._loop:
            self._loop.remove_writer(worker.channel)
        self._push(worker)

    def _readable(self, worker: Worker) -> None:
        try:  # a new buffer for each would cost more than the copy
            data = bytes(self._received[: worker.channel.recv_into(self._received)])
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._quiet(worker)  # it has ended; the template tells how
            if self.lost:
                self._bury(worker.number, 0, _ORPHAN)
            return
        for kind, payload in worker.frames.feed(data):
            if worker.closed:
                return
            worker.on_frame(worker, kind, payload)

    def _quiet(self, worker: Worker) -> None:
        if self._loop and not self._loop.is_closed() and not worker.closed:
            self._loop.remove_reader(worker.channel)
            self._loop.remove_writer(worker.channel)

    def pause(self, worker: Worker) -> None:
        """Take nothing from a worker for now; it blocks once its socket is full."""
        if self._loop and not worker.closed:
            self._loop.remove_reader(worker.channel)

    def resume(self, worker: Worker) -> None:
        """Take from a worker again."""
        if self._loop and not worker.closed:
            self._loop.add_reader(worker.channel, self._readable, worker)

    def calm(self, worker: Worker) -> None:
        """Let all other processes go first."""
        worker.calm = True
        with suppress(Unavailable):
            self._order(wire.YIELD, worker.number)

    def kill(self, worker: Worker) -> None:
        """End a worker in the middle of whatever it does."""
        self.dismiss(worker)
        self.strike(worker)

    def dismiss(self, worker: Worker) -> None:
        """Let a worker end that has nothing to do."""
        if not worker.closed:
            self._quiet(worker)
            worker.closed = True
            worker.channel.close()
            if worker.token and self.broker:
                self.broker.close(worker.token)

    def _heard(self) -> None:
        """Read what the template has to tell."""
        try:
            data = self._control.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        for kind, payload in self._frames.feed(data):
            fields = json.loads(payload)
            if kind == wire.FORK:
                if worker := self._alive.get(fields["number"]):
                    worker.pid = fields["pid"]
            elif kind == wire.GONE:
                self._bury(fields["number"], fields["code"], fields["said"])

    def _bury(self, number: int, code: int, said: str) -> None:
        worker = self._alive.pop(number, None)
        if worker is None or worker.closed:
            return
        self._drain(worker)
        if not worker.closed:
            self.dismiss(worker)
            worker.on_gone(worker, code, said)

    def _drain(self, worker: Worker) -> None:
        """Take what a worker had sent before it ended: its answer may be whole."""
        with suppress(OSError):
            while data := worker.channel.recv(_READ):
                for kind, payload in worker.frames.feed(data):
                    worker.on_frame(worker, kind, payload)

    def _lose(self) -> None:
        self.lost = True
        if self._loop:
            self._loop.remove_reader(self._control)
        for worker in self.alive:
            if not worker.clerk:
                self._bury(worker.number, 0, _ORPHAN)
            elif worker.pid:  # its socket closes once it has ended; see `_readable`
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)

    def stop(self, wait: bool = True) -> None:
        """End the template and every worker, and wait until they are gone."""
        if self._loop and not self._loop.is_closed():
            self._forget_readers(self._loop)
        self._loop = None
        self._control.close()
        for worker in self.alive:
            worker.channel.close()
            worker.closed = True
        self._alive.clear()
        if self.broker:
            self.broker.stop()
        if wait:
            self._bury_template()
        else:
            threading.Thread(target=self._bury_template).start()

    def _bury_template(self) -> None:
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _started(control: socket.socket) -> subprocess.Popen[bytes]:
    """Start the template program on its end of the control socket, away from the terminal."""
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(  # noqa: S603  (our own program, no argument from outside)
        [sys.executable, "-P", "-m", "policygraph.engine.template", str(control.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(control.fileno(),),
        env=os.environ | {"PYTHONPATH": path},
        # no signals from the terminal; the session stays, as Linux shares processors by session
        process_group=0,
    )
