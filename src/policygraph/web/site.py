"""What all handlers share: the release, its engine and limits, and how a page is rendered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from policygraph import __version__
from policygraph.engine import Engine
from policygraph.errors import BrokenInput
from policygraph.formats import GRAPH_FORMATS
from policygraph.namespaces import prefixes
from policygraph.release import Release
from policygraph.settings import Limits
from policygraph.terms import Triple
from policygraph.urls import escaped
from policygraph.web.archive import Archive
from policygraph.web.assets import built
from policygraph.web.conditional import cache_headers, etag, not_modified
from policygraph.web.facts import Facts
from policygraph.web.lookup import Lookup
from policygraph.web.negotiate import choose_language
from policygraph.web.pagecache import PageCache
from policygraph.web.search.index import OwnIndex
from policygraph.web.texts import dates, properties, texts

HERE = Path(__file__).parent
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PINNED = re.compile(r"/releases/[0-9a-f]{16}(/(?!changes\b|releases\b).*)", re.DOTALL)
VARY = "Accept, Accept-Language"

MENU = (
    ("/policies", "policies"), ("/compare", "compare"), ("/explore", "explore"),
    ("/sparql", "ask"), ("/queries", "queries"), ("/download/", "data"), ("/about", "about"),
)  # fmt: skip
"""The main menu, address and key of its word; it shows what this server has."""

SMALL_MENU = (
    ("/search", "search"), ("/catalog", "catalogue"),
    ("/ns", "vocabulary"), ("/shapes", "shapes"),
)  # fmt: skip
"""The menu at the foot of a page."""


@cache
def templates() -> Environment:
    """Return the templates of all pages, compiled; the first call takes a third of a second."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = lambda number: f"{number:,}".replace(",", "\u202f")
    environment.filters["upfirst"] = lambda text: text[:1].upper() + text[1:]
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


@dataclass(frozen=True)
class Site:
    """One release, served."""

    release: Release
    engine: Engine
    limits: Limits
    templates: Environment = field(default_factory=templates)
    responses: Counter[int] = field(default_factory=Counter)
    """How many answers of each status were sent."""
    pages: PageCache = field(default_factory=PageCache)
    """Pages that were made before."""
    index: OwnIndex = field(default_factory=OwnIndex)
    """What search looks things up in."""
    archive: Archive | None = None
    """The kept releases; None where files are served that are no release."""
    prefix: str = ""
    """What stands before every path of a release that is not served at the root."""

    def here(self, path: str) -> str:
        """Return a path of this site as clients know it."""
        return self.prefix + path

    @property
    def prefixes(self) -> dict[str, str]:
        """Return the prefixes of this portal."""
        return prefixes(self.release.portal.base)

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of the interface, the portal's first one first."""
        ours = [code for code in self.release.portal.languages if code in texts.LANGUAGES]
        return tuple(dict.fromkeys([*ours, *texts.LANGUAGES]))

    def graph(self, slug: str) -> str:
        """Return the IRI of a named graph."""
        return f"{self.release.portal.base}graph/{slug}"

    def lookup(self, request: Request) -> Lookup:
        """Return what asks the engine on behalf of the request's client."""
        return Lookup(self.engine, client_of(request))

    @property
    def mark(self) -> str:
        """Return what tells this release and this code from any other, for entity tags."""
        return mark(self.release, self.prefix)

    def tag(self, *parts: object) -> str:
        """Return an entity tag for what depends on this release, this code and the parts."""
        return etag(self.mark, *parts)

    def page(self, request: Request) -> PageMaker:
        """Return what renders a page in the language of the request."""
        asked = request.query_params.get("lang")
        language = choose_language(request.headers.get("accept-language"), asked, self.languages)
        return PageMaker(self, request, language, remembered=asked == language)


@dataclass(frozen=True)
class PageMaker:
    """Renders pages for one request, in one language."""

    site: Site
    request: Request
    language: str
    remembered: bool
    """Whether the language was asked for in the address: then links keep it."""

    @property
    def tag(self) -> str:
        """Return the entity tag of this page."""
        scope, host = self.request.scope, self.request.headers.get("host", "")
        address = (scope["scheme"], host, scope["path"], scope["query_string"], self._current)
        return self.site.tag("page", *address, self.language, self.site.release.portal, built())

    def not_modified(self) -> Response | None:
        """Return a 304 if the client has this page already; nothing is looked up for it."""
        return not_modified(self.request, self.tag, VARY)

    def known(self) -> Response | None:
        """Return a 304, or this page as it was made before; nothing is looked up for either."""
        return self.not_modified() or self.site.pages.find(self.tag)

    def text(self, key: str) -> str:
        """Return a text of the interface in this language."""
        return texts.text(self.language, key)

    def facts(self, triples: Iterable[Triple]) -> Facts:
        """Return triples as they read in this language."""
        names = properties.names(self.language)
        return Facts(triples, self.language, self.site.release.urls, self.site.prefixes, names)

    def render(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        link_header: str = "",
        **context: Any,  # noqa: ANN401  (whatever the template shows)
    ) -> HTMLResponse:
        """Return a page; without headers of its own it gets the ones that let it be cached.

        `link_header` is its Link header (RFC 8288).
        """
        portal = self.site.release.portal
        html = self.site.templates.get_template(template).render(
            context
            | {
                "lang": self.language,
                "languages": self.site.languages,
                "t": partial(texts.text, self.language),
                "worded": partial(dates.worded, self.language),
                "to": self.link,
                "here": self.site.here,
                "leave": self.outside,
                "current": self._current,
                "archive": self.site.archive,
                "menu": MENU,
                "small_menu": SMALL_MENU,
                "offers": self.offers,
                "ask": lambda query: self.link(self.site.release.urls.query(query)),
                "report": lambda iri: self.site.release.urls.report(portal.report, iri),
                "switch": self._switch,
                "alternates": self._alternates() if status == 200 else (),
                "language_names": texts.NAMES,
                "asset": built().get,
                "path": self.request.scope["path"],
                "release": self.site.release,
                "site_title": portal.title.get(self.language)
                or next(iter(portal.title.values()), "policygraph"),
                "site_description": portal.description.get(self.language)
                or next(iter(portal.description.values()), ""),
                "software": __version__,
                "formats": GRAPH_FORMATS,
            }
        )
        own = dict(headers if headers is not None else cache_headers(self.tag, VARY))
        own |= {"Content-Language": self.language} | ({"Link": link_header} if link_header else {})
        response = HTMLResponse(html, status, own)
        if headers is None and status == 200:
            self.site.pages.keep(self.tag, response)
        return response

    def offers(self, path: str) -> bool:
        """Whether this server has an address."""
        return any(getattr(route, "path", None) == path for route in self.request.app.routes)

    def link(self, href: str) -> str:
        """Return a link within the site; it keeps the language if the address asked for one."""
        if not href.startswith("/"):
            return href
        return self.outside(self.site.here(href))

    def outside(self, href: str) -> str:
        """Return a link to the current release, in the same way."""
        if not self.remembered:
            return href
        path, mark, fragment = href.partition("#")
        joint = "&" if "?" in path else "?"
        return f"{path}{joint}lang={self.language}{mark}{fragment}"

    @property
    def _current(self) -> str | None:
        """Return the same address in the current release, on the pages of any other."""
        archive = self.site.archive
        if archive is None or archive.current.id == self.site.release.id:
            return None
        path, asked = escaped(self.request.scope["path"]), self._asked()
        return f"{path}?{urlencode(asked)}" if asked else path

    @property
    def unpinned(self) -> str | None:
        """Return the same address in the current release, for one of a release by its id."""
        found = _PINNED.fullmatch(self.request.scope["path"])
        if found is None:
            return None
        path, asked = escaped(found[1]), self._asked()
        return self.outside(f"{path}?{urlencode(asked)}" if asked else path)

    def _switch(self, language: str) -> str:
        """Return this same address in another language."""
        return "?" + urlencode([*self._asked(), ("lang", language)])

    def _alternates(self) -> list[tuple[str, str]]:
        """Return the whole address of this page by language, and for those that ask for none."""
        address = address_of(self.request) + escaped(self.request.scope["path"])
        asked = self._asked()
        plain = f"{address}?{urlencode(asked)}" if asked else address
        languages = [(code, address + self._switch(code)) for code in self.site.languages]
        return [*languages, ("x-default", plain)]

    def _asked(self) -> list[tuple[str, str]]:
        return [(n, v) for n, v in self.request.query_params.multi_items() if n != "lang"]


def mark(release: Release, prefix: str = "") -> str:
    """Return what the entity tags of a release depend on, where it is served below a prefix."""
    return f"{release.edition} {__version__} {prefix}"


def site_of(request: Request) -> Site:
    """Return the site that a request was sent to."""
    return cast("Site", request.app.state.site)


def endpoint_of(request: Request) -> str:
    """Return the address of the endpoint as the client reached it."""
    return address_of(request) + "/sparql"


def address_of(request: Request) -> str:
    """Return the address of the site as the client reached it, without a slash at the end."""
    return origin_of(request) + site_of(request).here("")


def origin_of(request: Request) -> str:
    """Return the address of the server as the client reached it, without a slash at the end.

    Raises BrokenInput if the Host header names no host (RFC 9110, 7.2): the address goes into
    RDF and pages.
    """
    host = request.headers.get("host", "localhost")
    if not _HOST.fullmatch(host):
        raise BrokenInput("The Host header names no host.")
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '')}"


def client_of(request: Request) -> str:
    """Return who is asking: the remote address, as the server resolved it."""
    return request.client.host if request.client else ""


def header_iri(iri: str) -> str:
    """Return an IRI as the ASCII that a header may hold (RFC 3987, 3.1)."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~-._")
