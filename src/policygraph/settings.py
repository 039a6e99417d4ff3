"""What a portal is and how far a query may go: two frozen records, read from policygraph.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from policygraph.errors import BrokenInput, Place, SyntaxProblem
from policygraph.namespaces import BASE

T = TypeVar("T")

CONFIG_NAME = "policygraph.toml"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one endpoint. The first three are for one query each."""

    query_seconds: float = 30.0
    """Wall-clock time, in seconds, from the start of the evaluation to its last byte. It may wait
    as long before it starts. One that has to make room for others starts again: then it has twice
    this time, with all that it waits. So none lasts longer than three times this, and a moment."""
    query_memory_mib: int = 1024
    """Memory, in MiB, above what the data itself takes."""
    query_text_kib: int = 1024
    """Length of the query text, in KiB."""
    queries_waiting: int = 64
    """How many queries may wait for a free worker."""
    workers: int = 0
    """Worker processes; 0 means one for each processor."""
    answer_cache_mib: int = 64
    """Memory, in MiB, for answers that may be asked for again, half of it in the processes that
    answer small queries; 0 keeps none."""
    kept_engines: int = 2
    """Kept releases that may be open at once below `/releases/`, each with an engine of its own; 0
    opens none. An engine takes as much memory as that of the release that is served."""
    memory_quads: int = 20_000_000
    """Quads up to which the data is held in memory, at 400 to 900 bytes each; more are written to a
    store on disk once, which takes hardly any memory and answers several times slower."""
    service_allow: tuple[str, ...] = ()
    """Endpoints that SERVICE may call, each as an address in full, exactly as queries spell it. A
    host name that leads to a private address is not called: write `localhost` or the address."""
    service_seconds: float = 10.0
    """Time, in seconds, of one call to such an endpoint."""
    service_mib: int = 16
    """Length, in MiB, of the answer to one call."""
    service_calls: int = 100
    """Calls that one query may make."""

    @property
    def places(self) -> int:
        """How many queries that look fast may run at once, how many slow ones, how many clerks."""
        return max(2, self.workers or os.cpu_count() or 2)


@dataclass(frozen=True, slots=True)
class Backend:
    """The SPARQL server of somebody else that evaluates queries in place of the engine."""

    url: str = ""
    """Address of its query endpoint; empty for the engine of policygraph itself. A release has to
    be published there first: `policygraph publish`."""
    user: str = ""
    """Who asks there, if it wants to know; the password is read from the environment."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What a portal says about itself."""

    base: str = BASE
    """IRI below which the portal's things are named; it ends in `/`."""
    version: str = "0"
    """Version of the data, as users see it."""
    date: str = "1970-01-01"
    """Date of the version (ISO 8601); releases have no other clock."""
    languages: tuple[str, ...] = ("nl", "en")
    """Languages of the pages, the first one being the default."""
    license: str = "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
    """IRI of the licence of what the portal publishes."""
    publisher: str = ""
    """IRI of who publishes the portal."""
    contact: str = ""
    """Where questions about the portal are welcome: the address of a page, or `mailto:` and an
    e-mail address. Without it that is the base."""
    title: Mapping[str, str] = field(default_factory=lambda: {"en": "policygraph"})
    """Title of the portal, by language: the table `[title]`."""
    publisher_name: Mapping[str, str] = field(default_factory=dict)
    """Name of who publishes the portal, by language: the table `[publisher_name]`. Without it the
    title stands for it."""
    description: Mapping[str, str] = field(default_factory=dict)
    """A sentence or two about the portal, by language: the table `[description]`."""
    report: str = ""
    """Where a reader reports an error in a statement: a web or `mailto:` address in which `{iri}`
    stands for the statement. Without it, pages have no such link."""
    limits: Limits = field(default_factory=Limits)
    """Limits of the endpoint: the table `[limits]`, see below."""
    engine: Backend = field(default_factory=Backend)
    """What evaluates queries: the table `[engine]`, see below."""


def read_portal(path: Path) -> Portal:
    """Return what `policygraph.toml` at `path` says; an absent file means the defaults.

    Raises SyntaxProblem with the place for broken TOML, BrokenInput for an unknown key or a value
    of the wrong type.
    """
    if not path.is_file():
        return Portal()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BrokenInput(f"{path} is not UTF-8: save it as UTF-8 ({error.reason})") from error
    except tomllib.TOMLDecodeError as error:
        line, column = _toml_place(str(error))
        message = str(error).split(" (at ")[0]
        raise SyntaxProblem(message, Place(line, column, path)) from error
    limits = _record(Limits, values.pop("limits", {}), f"{path}, [limits]")
    for endpoint in limits.service_allow:
        if not _is_endpoint(endpoint):
            raise BrokenInput(
                f"{path}, [limits]: service_allow must list addresses like "
                f"'https://example.org/sparql', not {endpoint!r}"
            )
    backend = _record(Backend, values.pop("engine", {}), f"{path}, [engine]")
    if backend.url:
        check_endpoint(backend.url, f"{path}, [engine]: url")
    if "date" in values:
        values["date"] = str(values["date"])
    portal = _record(Portal, values | {"limits": limits, "engine": backend}, str(path))
    _check_addresses(portal, path)
    return portal


def check_endpoint(address: str, where: str) -> None:
    """Raise BrokenInput, which says `where`, unless this is the http(s) address of an endpoint."""
    if not _is_endpoint(address):
        raise BrokenInput(
            f"{where} must be an address like 'http://127.0.0.1:8890/sparql', without user and "
            f"password, not {address!r}"
        )


def _is_endpoint(address: object) -> bool:
    """Whether this is the http(s) IRI of an endpoint, with nothing beside host, path and query."""
    if not isinstance(address, str) or re.search(r'[\x00-\x20<>"{}|\\^`#]', address):
        return False
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname and parts.hostname.encode("idna")) and parts.port != 0
    except ValueError:  # of the port, of brackets, or of a label that is no name
        return False
    return named and address.startswith(("http://", "https://")) and "@" not in parts.netloc


def _check_addresses(portal: Portal, path: Path) -> None:
    for name, address in (("contact", portal.contact), ("report", portal.report)):
        if address and not address.startswith(("https://", "http://", "mailto:")):
            raise BrokenInput(f"{path}: {name} must be an https or mailto address, not "
                              f"{address!r}")  # fmt: skip
    if not portal.base.startswith(("http://", "https://")) or portal.base[-1] not in "/#":
        raise BrokenInput(f"{path}: base must be an http(s) address that ends in / (it is "
                          f"{portal.base!r})")  # fmt: skip


def _toml_place(message: str) -> tuple[int, int]:
    """Find "(at line L, column C)" in tomllib's message; 1:1 where it gives none."""
    if " (at line " not in message:
        return 1, 1
    line, _, column = message.rsplit(" (at line ", 1)[1].rstrip(")").partition(", column ")
    return int(line), int(column)


def _record(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # always a dataclass here
    for name, value in values.items():
        if name not in known:
            raise BrokenInput(f"{where}: unknown setting {name!r}; known are {', '.join(known)}")
        default = getattr(kind(), name)
        wanted = (int, float) if isinstance(default, float) else type(default)
        if isinstance(default, tuple):
            wanted = list
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise BrokenInput(f"{where}: {name} must look like {default!r}, not {value!r}")
    converted = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
    return kind(**converted)
