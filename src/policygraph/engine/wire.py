"""Frames between processes: one letter, a length, the payload."""

from __future__ import annotations

import json
import struct
from functools import lru_cache
from pathlib import Path
from typing import cast

from policygraph import errors
from policygraph.engine.query import Form
from policygraph.errors import EvaluationCrashed, Place, PolicygraphError, SyntaxProblem
from policygraph.formats import Format, named

_HEAD = struct.Struct(">cI")

TOKEN = b"T"
"""Front to worker: what opens the broker for the query that follows."""

QUERY, BEGIN, DATA, END, ERROR = b"Q", b"A", b"D", b"E", b"X"
"""Front to worker: a query. Worker to front: what the answer is, bytes of it, its end; an error."""

WHOLE = b"W"
"""Worker to front: BEGIN, a line feed, DATA and END in one, for an answer that is short."""

LOAD, FORK, KILL, YIELD = b"L", b"F", b"K", b"N"
"""Front to template: load this, fork a worker on the socket that comes along, end it, let others
have the processor first. FORK comes back with the process id."""

FORK_OUT = b"O"
"""Front to template: fork a worker that can reach the broker. Comes back as FORK."""

FORK_CLERK = b"C"
"""Front to template: fork a clerk; its ledger comes along as well. Comes back as FORK."""

LEND, RETURN = b"B", b"U"
"""Front to clerk: this connection, by a number; its socket comes along. Clerk to front: it is yours
again, by its number, 1 if its last query was small, else 0, and behind a line feed what is still to
be sent to the client."""

PROGRESS, READY, GONE = b"P", b"R", b"G"
"""Template to front: bytes read, the store is loaded, a worker has ended. And ERROR."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return one frame."""
    return _HEAD.pack(kind, len(payload)) + payload


def message(kind: bytes, /, **fields: object) -> bytes:
    """Return one frame with a JSON object."""
    return frame(kind, json.dumps(fields).encode())


class Frames:
    """Puts together what comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take bytes; return each frame that is complete: kind and payload."""
        if self._rest:
            data = self._rest + data
        found = []
        position, total = 0, len(data)
        while total - position >= _HEAD.size:
            kind, length = _HEAD.unpack_from(data, position)
            start = position + _HEAD.size
            if total < start + length:
                break
            position = start + length
            found.append((kind, data[start:position]))
        self._rest = data[position:]
        return found


@lru_cache
def begun(words: bytes) -> tuple[Form, Format]:
    """Return what an answer is, from what BEGIN says."""
    form, _, name = words.decode().partition(" ")
    chosen = named(name)
    if chosen is None:
        raise ValueError(words)
    return cast("Form", form), chosen


def packed_error(error: PolicygraphError) -> bytes:
    """Return the ERROR frame for an error."""
    if isinstance(error, SyntaxProblem):
        place = error.place
        return message(
            ERROR,
            kind="SyntaxProblem",
            message=error.message,
            place=[place.line, place.column] if place else None,
            file=str(place.file) if place and place.file else None,
        )
    return message(ERROR, kind=type(error).__name__, message=str(error))


def unpacked_error(payload: bytes) -> PolicygraphError:
    """Return the error of an ERROR frame."""
    fields = json.loads(payload)
    if fields["kind"] == "SyntaxProblem":
        if fields["place"] is None:
            return SyntaxProblem(fields["message"])
        line, column = fields["place"]
        file = Path(fields["file"]) if fields["file"] else None
        return SyntaxProblem(fields["message"], Place(line, column, file))
    kind = getattr(errors, fields["kind"], EvaluationCrashed)
    known = isinstance(kind, type) and issubclass(kind, PolicygraphError)
    return (kind if known else EvaluationCrashed)(fields["message"])
