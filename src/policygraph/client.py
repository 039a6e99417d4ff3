"""For notebooks: ask a server of policygraph, and get pandas DataFrames and rdflib Graphs.

    client = policygraph.Client("http://127.0.0.1:8000")
    client.query("SELECT ...")
    client.queries.policies(language="nl")
    client.at("0123456789abcdef").query("SELECT ...")

Needs `pip install 'policygraph[notebook]'`. Errors are those of `policygraph.errors`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from policygraph import __version__, errors
from policygraph.errors import BrokenInput, NotFound, PolicygraphError, Unavailable
from policygraph.methods import Methods

if TYPE_CHECKING:
    import httpx
    import pandas as pd
    from rdflib import Graph

_RESULTS = "application/sparql-results+json"
_TURTLE = "text/turtle"
_GRAPHS = (_TURTLE, "application/ld+json")
_MANIFEST = "/download/manifest.json"
_LONGEST_WAIT = 30.0
"""Seconds that are waited at most before asking again, whatever the server wishes."""
_MARGIN = 5.0
"""Seconds more than the query has, for the answer to arrive."""


class Client:
    """A server of policygraph, or one kept release of it.

    `url` is the address of its start page; that of its endpoint does as well. `timeout` is in
    seconds: how long the server may be silent. `retries` is how often a request is sent again that
    the server was too busy for; it waits as the server asks (Retry-After), 30 seconds at most.
    `language` ("en" or "nl") is that of the catalogue's documentation, and of labels in its answers
    unless a query is called with another.

    Ends its connections with `close()`, or as a context manager.
    """

    def __init__(
        self, url: str, *, timeout: float = 60, retries: int = 3, language: str = "en"
    ) -> None:
        try:
            import httpx
            import pandas as pd
        except ImportError as error:
            message = f"policygraph.Client needs {error.name}: pip install 'policygraph[notebook]'"
            raise ImportError(message, name=error.name) from error
        del pd
        if not url.startswith(("http://", "https://")):
            raise BrokenInput(f"{url!r} is no address: it must start with http:// or https://")
        self.url = url.rstrip("/").removesuffix("/sparql").rstrip("/")
        self.timeout = timeout
        self.retries = retries
        self.language = language
        self._root, _, self._pinned = self.url.partition("/releases/")
        self._http = httpx.Client(
            headers={"User-Agent": f"policygraph/{__version__} (Python client)"},
            timeout=timeout,
            follow_redirects=True,
            # Shorter than servers wait, so that none hangs up on a request that is on its way.
            limits=httpx.Limits(keepalive_expiry=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"policygraph.Client({self.url!r})"

    def close(self) -> None:
        """End the connections to the server."""
        self._http.close()

    def query(
        self, text: str, *, timeout: float | None = None, lang: bool = False
    ) -> pd.DataFrame | bool | Graph:
        """Return the answer of a SPARQL query, by its form.

        SELECT gives a DataFrame with typed columns (see `help(policygraph.frames)`), ASK a bool,
        CONSTRUCT and DESCRIBE an rdflib Graph. With `lang`, columns that have language tags are
        followed by a column `{name}@lang`. `timeout` lowers the server's time limit, in seconds.

        Raises SyntaxProblem with its `place`, Refused, TimeLimitExceeded, Unavailable.
        """
        fields = {"query": text} | ({} if timeout is None else {"timeout": f"{timeout:g}"})
        accept = f"{_RESULTS}, {_TURTLE}"
        patience = None if timeout is None else timeout + _MARGIN
        answer = self._ask("POST", "/sparql", data=fields, accept=accept, patience=patience)
        return _read(answer, lang=lang)

    @cached_property
    def queries(self) -> Methods:
        """The queries of the server's catalogue, as methods with parameters and documentation."""
        listed = self._ask("GET", "/queries.json").json()["queries"]
        return Methods(listed, self._run, self.language)

    @property
    def catalogue(self) -> pd.DataFrame:
        """The queries of the catalogue as a table: method, topic, title, question, parameters."""
        import pandas as pd

        return pd.DataFrame(self.queries.rows())

    def _run(self, slug: str, values: Mapping[str, str]) -> pd.DataFrame | bool | Graph:
        path = f"/queries/{quote(slug, safe='')}.json"
        return _read(self._ask("GET", path, params=dict(values)))

    def describe(self, iri: str) -> Graph:
        """Return what is said of a thing and what points to it (the first thousand), with labels.

        Raises NotFound for what nothing is said of, Gone with its `successor` for what was
        withdrawn.
        """
        path = iri.removeprefix(self.base)
        if not path.startswith(("id/", "graph/")):
            graph = self.query(f"DESCRIBE <{quote(iri, safe=_IRI)}>")
            if not graph:
                raise NotFound(f"Nothing is said of {iri}.")
            return graph  # type: ignore[return-value]  # by the form of the query
        address = "/" + quote(path, safe="/:@!$&'()*+,;=~-._")
        return _read(self._ask("GET", address, accept=_TURTLE))  # type: ignore[return-value]  # always Turtle

    @property
    def base(self) -> str:
        """The IRI below which the server's own things have theirs."""
        return str(self._manifest["portal"]["base"])

    @property
    def release(self) -> str:
        """The id of the release that this client asks: cite it, and give it to `at`."""
        if self._pinned:
            return self._pinned
        return str(self._ask("GET", "/health", accept="application/json").json()["release"])

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        return self._ask("GET", _MANIFEST).json()  # type: ignore[no-any-return]  # an object of JSON

    def releases(self) -> pd.DataFrame:
        """Return the releases that the server keeps, the newest first."""
        import pandas as pd

        answer = self._ask("GET", "/releases.json", root=True).json()
        shown = ("id", "version", "date", "current", "statements", "previous")
        rows = [{name: row[name] for name in shown} for row in answer["releases"]]
        frame = pd.DataFrame(rows, columns=list(shown)).convert_dtypes()
        return frame.assign(date=pd.to_datetime(frame["date"], errors="coerce"))

    def at(self, release: str) -> Client:
        """Return a client of one kept release: its answers stay what they are.

        Both share their connections, so closing one closes the other.
        Raises NotFound for a release that the server does not keep.
        """
        pinned = copy(self)
        pinned.url = f"{self._root}/releases/{quote(release, safe='')}"
        pinned._pinned = release
        for known in ("queries", "_manifest"):
            pinned.__dict__.pop(known, None)
        _ = pinned._manifest
        return pinned

    def download(self, name: str, to: str | Path = ".") -> Path:
        """Return where a file of the release stands now: in the folder `to`, or as the file `to`.

        It is there whole and with the right checksum, or not at all. What was cut off goes on where
        it stopped, also in a later call; a file that is there already is not fetched again.
        """
        manifest = self._ask("GET", _MANIFEST).json()
        known = {file["name"]: file for file in manifest["files"]}
        if name not in known:
            raise NotFound(f"There is no download {name!r}; there are: {', '.join(known)}")
        size, sum_ = int(known[name]["size"]), str(known[name]["sha256"])
        target = Path(to) / Path(name).name if Path(to).is_dir() else Path(to)
        if target.is_file() and _sha256(target) == sum_:
            return target
        part = target.with_name(f".{target.name}.{sum_[:16]}.part")
        for attempt in range(self.retries + 1):
            try:
                self._fetch(f"/download/{quote(name)}", part, sum_)
                break
            except Unavailable:
                if attempt == self.retries:
                    raise
        if part.stat().st_size != size or _sha256(part) != sum_:
            part.unlink()
            raise Unavailable(f"{name} arrived damaged, or is of another release: try again")
        part.replace(target)
        return target

    def _fetch(self, path: str, part: Path, sum_: str) -> None:
        """Append to a file what it still lacks (RFC 9110, 14.2 with If-Range, 13.1.5)."""
        have = part.stat().st_size if part.is_file() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{sum_}"'}
        with (
            _told(self.url),
            self._http.stream("GET", self.url + path, headers=headers) as answer,
        ):
            if answer.status_code == 416:  # it is all there
                return
            if answer.status_code not in (200, 206):
                answer.read()
                raise problem(answer)
            with part.open("ab" if answer.status_code == 206 else "wb") as file:
                for chunk in answer.iter_raw():
                    file.write(chunk)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        accept: str = "*/*",
        patience: float | None = None,
        root: bool = False,
        **sent: Any,  # noqa: ANN401  (what httpx takes)
    ) -> httpx.Response:
        """Return the answer to a request, which is sent again while the server is too busy."""
        address = (self._root if root else self.url) + path
        patience = self.timeout if patience is None else min(patience, self.timeout)
        for attempt in range(self.retries + 1):
            with _told(self.url):
                answer = self._http.request(
                    method, address, headers={"Accept": accept}, timeout=patience, **sent
                )
            if answer.status_code < 400:
                return answer
            error = problem(answer)
            wait = _wait(answer)
            if wait is None or type(error) not in _PASSING or attempt == self.retries:
                raise error
            time.sleep(wait)
        raise AssertionError  # the last attempt has returned or raised


_IRI = "/:@!$&'()*+,;=~-._%?#[]"
_PASSING = (Unavailable, errors.Overloaded)
"""What goes by; a query that took too long or too much would do so again."""


def _wait(answer: httpx.Response) -> float | None:
    """Return the seconds that the server asks to wait, None where it does not ask."""
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_WAIT) if asked.isascii() and asked.isdigit() else None


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turn failures of the connection into Unavailable, which names the server."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise Unavailable(f"{url} did not answer in time") from error
    except httpx.TransportError as error:
        raise Unavailable(f"{url} does not answer, or broke off: {error}") from error


def problem(answer: httpx.Response) -> PolicygraphError:
    """Return the error that a server reports (RFC 9457) as one of `policygraph.errors`."""
    try:
        members = answer.json()
        title, detail = str(members.get("title", "")), str(members.get("detail", ""))
    except (ValueError, AttributeError):
        members, title, detail = {}, "", answer.text[:500]
    detail = detail or f"{answer.url} answered {answer.status_code} {answer.reason_phrase}"
    if title == errors.SyntaxProblem.title:
        line, column = members.get("line"), members.get("column")
        return errors.SyntaxProblem(detail, errors.Place(line, column) if line else None)
    if answer.status_code == errors.Gone.status:
        return errors.Gone(detail, members.get("successor"))
    status = answer.status_code
    known = [kind for kind in _kinds(PolicygraphError) if kind.status == status]
    for kind in known:
        if kind.title == title:
            return kind(detail)
    if status == HTTPStatus.TOO_MANY_REQUESTS:  # of a proxy
        return errors.Overloaded(detail)
    if known and known[0] is not errors.ServiceFailed:
        return known[0](detail)
    return (BrokenInput if status < 500 else Unavailable)(detail)


def _kinds(kind: type[PolicygraphError]) -> Iterator[type[PolicygraphError]]:
    """Yield the kinds of errors below one, the general before the special."""
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _read(answer: httpx.Response, *, lang: bool = False) -> pd.DataFrame | bool | Graph:
    from policygraph.frames import frame

    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if media_type in _GRAPHS:
        from rdflib import Graph

        return Graph().parse(data=answer.content, format=media_type, publicID=str(answer.url))
    if media_type != _RESULTS:
        raise Unavailable(f"{answer.url} answered with {media_type}: is it a policygraph server?")
    results = answer.json()
    return bool(results["boolean"]) if "boolean" in results else frame(results, lang=lang)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
