"""The template process: holds the store, and forks a worker from itself whenever one is wanted.

Started as `python -m policygraph.engine.template FD`. It has one thread when it forks, so that a
fork is a faithful copy; workers share its pages, and the store is loaded once. It ends when its
control socket closes, and takes its workers along.
"""

from __future__ import annotations

import base64
import ctypes
import gc
import json
import logging
import os
import pickle
import resource
import select
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from policygraph.engine import clerk, disk, walls, wire, worker
from policygraph.engine.clerk import Desk
from policygraph.engine.disk import DiskStore
from policygraph.engine.evaluate import Answering, Evaluator
from policygraph.engine.federation import Outside
from policygraph.engine.foreign import ForeignEvaluator
from policygraph.engine.loading import Loaded, MoreQuads, Progress, load
from policygraph.engine.query import Copy, Dataset, Form, Query
from policygraph.errors import BrokenInput, EvaluationCrashed, PolicygraphError
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format

_TAIL = 2_000
"""Bytes of a dead worker's stderr that are passed on."""


def main(descriptor: int) -> None:
    """Load what the front says, then fork workers for it until it goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    frames = wire.Frames()
    orders: list[tuple[bytes, bytes]] = []
    while not orders:
        data = control.recv(1 << 20)
        if not data:
            return
        orders.extend(frames.feed(data))
    settings = json.loads(orders[0][1])
    with suppress(ConnectionError):
        evaluator = _loaded(control, settings)
        if evaluator:
            outside = Outside(tuple(settings["allowed"]), settings["broker"])
            desk = pickle.loads(base64.b64decode(settings["desk"]))  # noqa: S301  (the front made it)
            if desk:
                desk.warm(partial(clerk.evaluated, _nothing()))
            Template(control, frames, evaluator, settings["memory"], outside, desk).serve()


def _loaded(control: socket.socket, settings: dict[str, Any]) -> Answering | None:
    """Load the store and tell the front: bytes read, then READY, or ERROR."""
    reported = 0

    def progress(done: int, total: int) -> None:
        nonlocal reported
        if not reported <= done < reported + (1 << 20) or done >= total:
            reported = done
            control.sendall(wire.message(wire.PROGRESS, done=done, total=total))

    dataset = Dataset(
        tuple(map(Path, settings["files"])),
        frozenset(settings["apart"]),
        settings["base"],
        settings["identity"],
    )
    if settings["copy"]:
        return _asking(control, Copy(**settings["copy"]), settings)
    try:
        data = _data(dataset, settings["most"], progress)
    except PolicygraphError as error:
        control.sendall(wire.packed_error(error))
        return None
    evaluator = Evaluator(data, dataset.base)
    _warm(evaluator if isinstance(data, Loaded) else _nothing())
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every page
    on_disk = isinstance(data, DiskStore)
    memory = 0 if on_disk else worker.peak_memory()
    control.sendall(wire.message(wire.READY, quads=data.quads, memory=memory, on_disk=on_disk))
    return evaluator


def _asking(
    control: socket.socket, copy: Copy, settings: dict[str, Any]
) -> ForeignEvaluator | None:
    """Look whether a server that others run has the data, and tell the front."""
    evaluator = ForeignEvaluator(copy, settings["base"])
    try:
        quads = evaluator.check()
    except PolicygraphError as error:
        control.sendall(wire.packed_error(error))
        return None
    _warm(_nothing())
    gc.collect()
    gc.freeze()
    control.sendall(wire.message(wire.READY, quads=quads, memory=worker.peak_memory()))
    return evaluator


def _data(dataset: Dataset, most: int, progress: Progress) -> Loaded | DiskStore:
    """Return a dataset in memory, or on disk if it has more quads than `most`."""
    if not (store := disk.find(dataset)) or store.quads <= most:
        with suppress(MoreQuads):
            return load(dataset, progress, most)
        with suppress(AttributeError):  # of glibc; gives back what was loaded in vain
            ctypes.CDLL(None).malloc_trim(0)
        _build_aside(dataset, progress)
        store = disk.find(dataset)
    if not store:
        raise BrokenInput("the files change while they are read: wait until they are written")
    for lack in walls.missing():
        logging.getLogger(__name__).warning("the walls of queries on disk are lower here: %s", lack)
    return store


def _build_aside(dataset: Dataset, progress: Progress) -> None:
    """Build the store on disk in a fork: it starts threads, and takes memory."""
    parent = os.getpid()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            worker.die_with(parent)
            disk.build(dataset, progress)
            code = 0
        except PolicygraphError as error:
            os.write(writer, wire.packed_error(error))
        finally:
            os._exit(code)
    os.close(writer)
    with open(reader, "rb") as file:  # noqa: PTH123  (a descriptor)
        said = wire.Frames().feed(file.read())
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for _, payload in said:
        raise wire.unpacked_error(payload)
    if ended:
        raise EvaluationCrashed(f"the store could not be written: the process ended with {ended}")


def _nothing() -> Evaluator:
    return Evaluator(Loaded(ox.Store(), False, 0))


class _Nowhere:
    def begin(self, form: Form, chosen: Format) -> None:
        pass

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        pass


def _warm(evaluator: Evaluator) -> None:
    """Evaluate one query of each form: what Python imports late, a worker could not open."""
    for text in ("SELECT * {} #from", "ASK {} #\\u0041", "DESCRIBE <urn:x>"):
        for results, graph in zip(RESULT_FORMATS, GRAPH_FORMATS, strict=True):
            evaluator.run(Query(text, results=results, graph=graph), _Nowhere())
    for broken in ("SELECT", "ASK { SERVICE <urn:x> {} }"):
        with suppress(PolicygraphError):
            evaluator.run(Query(broken), _Nowhere())


class Template:
    """Forks, ends and buries workers as the front orders."""

    def __init__(
        self,
        control: socket.socket,
        frames: wire.Frames,
        evaluator: Answering,
        memory: int,
        outside: Outside,
        desk: Desk | None,
    ) -> None:
        self._control = control
        self._frames = frames
        self._evaluator = evaluator
        self._memory = memory
        self._outside = outside
        self._desk = desk
        self._workers: dict[int, tuple[int, int]] = {}  # pid -> number, stderr
        self._pids: dict[int, int] = {}
        self._sockets: list[int] = []  # that came with orders not yet read
        self._wake, self._woken = socket.socketpair()

    def serve(self) -> None:
        """Work until the control socket closes; then end every worker."""
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while self._step():
                pass
        finally:
            for pid in self._workers:
                os.kill(pid, signal.SIGKILL)
            for pid in list(self._workers):
                os.waitpid(pid, 0)

    def _step(self) -> bool:
        ready, _, _ = select.select([self._control, self._woken], [], [])
        if self._woken in ready:
            self._woken.recv(4096)
            self._bury()
        if self._control in ready:
            data, sockets, _, _ = socket.recv_fds(self._control, 1 << 16, 16)
            self._sockets += sockets
            for kind, payload in self._frames.feed(data):
                self._obey(kind, int(payload))
            return bool(data)
        return True

    def _obey(self, kind: bytes, number: int) -> None:
        if kind in (wire.FORK, wire.FORK_OUT, wire.FORK_CLERK):
            outside = self._outside if kind == wire.FORK_OUT else None
            ledger = self._sockets.pop(1) if kind == wire.FORK_CLERK else None
            self._fork(number, self._sockets.pop(0), outside, ledger)
            return
        pid = self._pids.get(number)
        if pid is None:  # it ended by itself meanwhile
            return
        if kind == wire.KILL:
            os.kill(pid, signal.SIGKILL)
        elif kind == wire.YIELD:
            calm(pid)

    def _fork(
        self, number: int, descriptor: int, outside: Outside | None, ledger: int | None
    ) -> None:
        stderr = _scratch()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                self._become_worker(descriptor, stderr, outside, ledger)
                code = 0
            finally:
                os._exit(code)
        os.close(descriptor)
        if ledger is not None:
            os.close(ledger)
        self._workers[pid] = (number, stderr)
        self._pids[number] = pid
        self._control.sendall(wire.message(wire.FORK, number=number, pid=pid))

    def _become_worker(
        self, descriptor: int, stderr: int, outside: Outside | None, ledger: int | None
    ) -> None:
        parent = os.getppid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(stderr, 2)
        for other in (self._control, self._wake, self._woken):
            other.close()
        for _, theirs in self._workers.values():
            os.close(theirs)
        os.close(stderr)
        channel = socket.socket(fileno=descriptor)
        if ledger is None or self._desk is None:
            worker.run(channel, self._evaluator, self._memory, parent, outside)
        else:
            clerk.run(channel, self._evaluator, self._desk, self._memory, parent, ledger)

    def _bury(self) -> None:
        """Tell the front of each worker that has ended: how, and the last that it wrote."""
        for pid in list(self._workers):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if not ended:
                continue
            number, stderr = self._workers.pop(pid)
            del self._pids[number]
            size = os.fstat(stderr).st_size
            last = os.pread(stderr, _TAIL, max(0, size - _TAIL)).decode(errors="replace")
            first = os.pread(stderr, _TAIL, 0).decode(errors="replace")
            os.close(stderr)
            self._control.sendall(
                wire.message(
                    wire.GONE,
                    number=number,
                    code=os.waitstatus_to_exitcode(status),
                    said=first if size <= _TAIL else first + "\n...\n" + last,
                    memory=usage.ru_maxrss,
                )
            )


def calm(pid: int) -> None:
    """Let all other processes have the processor before this one, at once when they want it."""
    os.setpriority(os.PRIO_PROCESS, pid, 19)
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def _scratch() -> int:
    """Return a file that has no name."""
    if sys.platform == "linux":
        return os.memfd_create("stderr")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    main(int(sys.argv[1]))
