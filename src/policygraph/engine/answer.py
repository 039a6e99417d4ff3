"""An answer while it comes in: bytes with bounded memory, whole or an error."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from policygraph.engine.cache import LARGEST, Kept
from policygraph.engine.query import Form
from policygraph.errors import PolicygraphError
from policygraph.formats import Format

HELD = 1 << 20
"""Bytes of one answer that the front holds before it stops reading from the worker."""


class Answer:
    """The answer to one query. Read it once: by `chunks`, or by `read`.

    Whoever takes one must read it to the end or `close` it: until then it holds a worker.
    """

    __slots__ = (
        "_all",
        "_cancel",
        "_done",
        "_error",
        "_held",
        "_parts",
        "_paused",
        "_total",
        "_unread",
        "_waiter",
        "_wanted",
        "form",
        "format",
        "kept",
    )

    def __init__(
        self, form: Form, chosen: Format, wanted: Callable[[bool], None], cancel: Callable[[], None]
    ) -> None:
        self.form = form
        self.format = chosen
        self.kept: Kept | None = None
        """The answer as the cache has it, if it is whole already and may be given again."""
        self._wanted = wanted
        self._cancel = cancel
        self._parts: deque[bytes] = deque()
        self._all: list[bytes] | None = []
        self._total = 0
        self._held = 0
        self._paused = False
        self._unread = False
        self._done = False
        self._error: PolicygraphError | None = None
        self._waiter: asyncio.Future[None] | None = None

    @classmethod
    def of(cls, kept: Kept) -> Answer:
        """Return an answer that was made before."""
        answer = cls.whole_of(kept.form, kept.format, kept.body)
        answer.kept = kept
        return answer

    @classmethod
    def whole_of(cls, form: Form, chosen: Format, body: bytes) -> Answer:
        """Return an answer of which all bytes are there."""
        answer = cls(form, chosen, _ignore, _nothing)
        answer._parts.append(body)
        answer._done = True
        return answer

    @property
    def small(self) -> bool:
        """Whether all bytes so far, read or not, are still there to be kept."""
        return self._all is not None

    @property
    def made(self) -> bytes:
        """All bytes so far, if it is `small`."""
        return b"".join(self._all or ())

    @property
    def whole(self) -> bytes | None:
        """All bytes that have not been read, if the answer is complete already; else None."""
        if not self._done or self._error is not None:
            return None
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    @property
    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come; raises TimeLimitExceeded ... where the answer breaks off."""
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._parts:
            if self._error:
                raise self._error
            if self._done:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        part = self._parts.popleft()
        self._held -= len(part)
        if self._paused and self._held <= HELD // 2:
            self._paused = False
            self._wanted(True)
        return part

    async def read(self) -> bytes:
        """Return all bytes; raises as `chunks` does."""
        if self._done and self._error is None:
            parts = list(self._parts)
            self._parts.clear()
            return b"".join(parts)
        return b"".join([part async for part in self])

    async def close(self) -> None:
        """End the evaluation, if it goes on; nothing more can be read."""
        if not self._done:
            self._cancel()
        self._parts.clear()

    def feed(self, data: bytes) -> None:
        """Take bytes from the worker."""
        self._total += len(data)
        if self._all is not None:
            self._all.append(data)
            if self._total > LARGEST:
                self._all = None
        if self._unread:
            return
        self._parts.append(data)
        self._held += len(data)
        if self._held > HELD and not self._paused:
            self._paused = True
            self._wanted(False)
        self._wake()

    def drain(self) -> None:
        """Go on without a reader: what comes in is not held for one."""
        self._unread = True
        self._parts.clear()
        if self._paused:
            self._paused = False
            self._wanted(True)

    def finish(self, error: PolicygraphError | None = None) -> None:
        """Take the end: with an error what has not been read is not given out."""
        self._done = True
        self._error = error
        if error:
            self._parts.clear()
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


def _ignore(more: bool) -> None:
    del more


def _nothing() -> None:
    pass
