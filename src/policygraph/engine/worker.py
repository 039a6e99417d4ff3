"""A worker process: evaluates one query after the other, behind walls, until its socket closes."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace

from policygraph.engine import walls, wire
from policygraph.engine.evaluate import Answering
from policygraph.engine.federation import MOST_CLAUSES, Outside
from policygraph.engine.query import Form, Query
from policygraph.errors import EvaluationCrashed, MemoryLimitExceeded, PolicygraphError
from policygraph.formats import Format

CHUNK = 64 * 1024
"""Bytes that are collected before the first is sent; an error until then is a clean one."""
_READ = 16 * 1024
"""Bytes that are read at once; the C library cleans up after each block of 64 KiB or more."""
OVER_MEMORY = 77
"""Exit status of a worker that watched its own memory and found it over the limit."""
GROWTH_KEPT = 256 * 1024 * 1024
"""A worker that grew by more is replaced after the query: the allocator returns little."""
_SOCKETS = 16 + MOST_CLAUSES
"""File descriptors of a worker that calls the broker: each clause may read at the same time."""
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"


def run(
    channel: socket.socket,
    evaluator: Answering,
    memory: int,
    parent: int,
    outside: Outside | None = None,
) -> None:
    """Serve queries from `channel` until it is closed. Called in a fresh fork; returns at the end.

    `memory` is the limit above what the process takes now, in bytes; `parent` the process that it
    must not outlive; `outside` what it can reach, if anything.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with(parent)
    build_walls(memory, evaluator, outside.port if outside else 0)
    before = peak_memory()
    output = Stream(channel)
    frames = wire.Frames()
    with suppress(ConnectionError):  # the front has gone, or wants no more
        while data := channel.recv(_READ):
            for kind, payload in frames.feed(data):
                if kind == wire.TOKEN and outside:
                    evaluator.outside = replace(outside, token=payload.decode())
                    continue
                output.reset()
                _answer(evaluator, Query.unpacked(payload), output)
                output.end(retire=peak_memory() - before > GROWTH_KEPT)


def _answer(evaluator: Answering, query: Query, output: Stream) -> None:
    try:
        evaluator.run(query, output)
    except PolicygraphError as error:
        output.fail(error)
    except MemoryError:
        output.fail(MemoryLimitExceeded("the query needs more memory than it may take"))
    except ConnectionError:
        raise
    except OSError as error:
        output.fail(EvaluationCrashed(f"the evaluation failed: {error}"))


class Stream:
    """Sends an answer in frames; blocks while the front takes nothing."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.reset()

    def reset(self) -> None:
        """Begin anew, for the next query."""
        self._begin = b""
        self._parts: list[bytes] = []
        self._size = 0
        self._failed = False

    def begin(self, form: Form, chosen: Format) -> None:
        """Keep what the answer is until its first bytes are sent."""
        self._begin = f"{form} {chosen.name}".encode()

    def write(self, data: bytes) -> int:
        """Collect bytes, and send them once they make a chunk."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= CHUNK:
            self._channel.sendall(self._taken())
        return len(data)

    def flush(self) -> None:
        """Nothing: small frames would cost more than they bring."""

    def _taken(self) -> bytes:
        begin = wire.frame(wire.BEGIN, self._begin) if self._begin else b""
        data = begin + (wire.frame(wire.DATA, b"".join(self._parts)) if self._size else b"")
        self._begin, self._parts, self._size = b"", [], 0
        return data

    def fail(self, error: PolicygraphError) -> None:
        """Send an error in place of what has not been sent."""
        self._failed = True
        self._channel.sendall(wire.packed_error(error))

    def end(self, retire: bool) -> None:
        """Send the rest, and that it is the end; `retire` asks for a fresh worker."""
        if self._begin and not self._failed and not retire:
            whole = b"\n".join((self._begin, b"".join(self._parts)))
            self._channel.sendall(wire.frame(wire.WHOLE, whole))
            return
        rest = b"" if self._failed else self._taken()
        self._channel.sendall(rest + wire.frame(wire.END, b"retire" if retire else b""))


def build_walls(
    memory: int,
    evaluator: Answering | None = None,
    broker: int = 0,
    watch: bool = not _LINUX,
    handed: int = 0,
) -> None:
    """Take from this process the means to do harm: no new socket or file, no more memory.

    An evaluator that reads from disk is opened in between; it may open the files of its store from
    then on. With the port of the `broker`, or of a server that is asked, the process may open
    sockets. Linux holds it to that folder and that port, where it can. A process that is `handed`
    so many sockets has descriptors for them, and opens none. A system that holds no limit on the
    address space is watched instead (`watch`).
    """
    size = None if watch else os.open("/proc/self/statm", os.O_RDONLY)
    if _LINUX:  # if the machine itself runs out, a worker is the one to lose
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
            file.write("800")
    folder, port = (evaluator.folder, evaluator.port) if evaluator else (None, 0)
    if broker or handed or (evaluator and evaluator.confined):
        walls.confine(folder, broker or port)
    if evaluator and folder:
        evaluator.open()
    else:
        _lower(resource.RLIMIT_NOFILE, _SOCKETS if broker or port else handed)
    if size is None:
        threading.Thread(target=_watch, args=(peak_memory() + memory,), daemon=True).start()
    else:
        pages = int(os.pread(size, 100, 0).split()[0])
        os.close(size)
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, CHUNK)  # of what is written to stderr


def _lower(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))


def _watch(limit: int) -> None:
    while peak_memory() <= limit:
        time.sleep(0.02)
    os._exit(OVER_MEMORY)


def peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, where it can."""
    if not _LINUX:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(0)
