"""Every error that a user can meet, each knowing its HTTP status and its exit code.

PolicygraphError
├── BrokenInput              exit 2, 400   the call or a file cannot be read
│   ├── SyntaxProblem                      with line and column
│   ├── NotAcceptable              406
│   ├── PayloadTooLarge            413
│   ├── UnsupportedMediaType       415
│   ├── NotFound                   404
│   └── Gone                       410
├── InvalidData              exit 1, 422   the data breaks a rule
├── Refused                  exit 2, 403   understood, and not allowed here
│   ├── ServiceRefused                     SERVICE to an endpoint outside the allow-list
│   └── NotSupported                       a correct query that wants more than there is
└── Unavailable              exit 2, 503   may work later, or with less
    ├── TimeLimitExceeded
    ├── MemoryLimitExceeded
    ├── EvaluationCrashed
    ├── ServiceFailed              502     a remote endpoint that a query calls does not do
    └── Overloaded
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class PolicygraphError(Exception):
    """An error that is shown to the user as it is: what, where, and what to do."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2
    title: ClassVar[str] = "Something went wrong"
    retry_after: ClassVar[int | None] = None


class BrokenInput(PolicygraphError):
    """The call, a file or a request cannot be read."""

    status = 400
    title = "The request cannot be read"


@dataclass(frozen=True)
class Place:
    """Where something stands: a file (or nothing, for a query) and a line and column from 1."""

    line: int
    column: int
    file: Path | None = None

    def __str__(self) -> str:
        where = f"{self.line}:{self.column}"
        return f"{self.file}:{where}" if self.file else where


class SyntaxProblem(BrokenInput):
    """Text that does not follow its grammar, with the place where reading stopped."""

    title = "Syntax error"

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place


class NotAcceptable(BrokenInput):
    """None of the formats that the client accepts can be given."""

    status = 406
    title = "No acceptable format"


class PayloadTooLarge(BrokenInput):
    """The query text is longer than the limit."""

    status = 413
    title = "The query is too long"


class UnsupportedMediaType(BrokenInput):
    """The request body has a content type that this address does not take."""

    status = 415
    title = "Unsupported content type"


class NotFound(BrokenInput):
    """There is nothing of that name."""

    status = 404
    title = "Not found"


class Gone(BrokenInput):
    """The thing was withdrawn; `successor` names what replaces it, where something does."""

    status = 410
    title = "Withdrawn"

    def __init__(self, message: str, successor: str | None = None) -> None:
        super().__init__(message)
        self.successor = successor


class InvalidData(PolicygraphError):
    """The data breaks a rule; no release is made of it."""

    status = 422
    exit_code = 1
    title = "The data is invalid"


class Refused(PolicygraphError):
    """Understood, and not allowed here, whoever asks."""

    status = 403
    title = "Not allowed"


class ServiceRefused(Refused):
    """A query calls an endpoint that is not on the allow-list."""

    title = "SERVICE is not allowed"


class NotSupported(Refused):
    """A query follows the grammar, and calls a function that this endpoint does not have."""

    title = "Not supported"


class Unavailable(PolicygraphError):
    """It may work later, or with a smaller question."""

    status = 503
    title = "Not available"
    retry_after = 10


class TimeLimitExceeded(Unavailable):
    """The evaluation took longer than its limit and was stopped."""

    title = "Time limit exceeded"


class MemoryLimitExceeded(Unavailable):
    """The evaluation needed more memory than its limit and was stopped."""

    title = "Memory limit exceeded"


class EvaluationCrashed(Unavailable):
    """The process that evaluated the query ended unexpectedly; no other query was affected."""

    title = "The evaluation failed"


class ServiceFailed(Unavailable):
    """A remote endpoint that the query calls did not answer, or not as it should."""

    status = 502
    title = "A remote endpoint failed"


class Overloaded(Unavailable):
    """Too many queries are waiting."""

    title = "Too many queries are waiting"
    retry_after = 5
