"""The application: routes, and nothing that happens at import."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from policygraph.engine import Engine
from policygraph.errors import PolicygraphError
from policygraph.release import Release
from policygraph.settings import Limits
from policygraph.web import metrics, openapi, sitemap, status
from policygraph.web.about import about
from policygraph.web.archive import Archive
from policygraph.web.assets import FOLDER, Files
from policygraph.web.comparison import compare
from policygraph.web.distribution import catalog, downloads, feed, memento, releases, vocabularies
from policygraph.web.distribution.memento import Memento
from policygraph.web.endpoint import completion
from policygraph.web.endpoint.endpoint import sparql
from policygraph.web.exploring import explore
from policygraph.web.middleware import Frame, Gzip
from policygraph.web.problems import render_error, render_without_page
from policygraph.web.saved import answers, querypage
from policygraph.web.search import search
from policygraph.web.site import Site
from policygraph.web.things import resources, start

ROUTES = (
    # With a slash as well: many clients were told so, and the W3C's protocol suite is written so.
    *(Route(path, sparql, methods=["GET", "HEAD", "POST"]) for path in ("/sparql", "/sparql/")),
    Route("/sparql/terms.json", completion.terms),
    Route("/sparql/examples.json", completion.examples),
    Route("/sparql/choices.json", completion.offered),
    Route("/", start.start),
    Route("/policies", start.policies),
    *(Route(f"/explore{suffix}", explore.explore) for suffix in ("", ".{suffix:str}")),
    Route("/compare", compare.page),
    Route("/compare.csv", compare.table),
    Route("/compare.svg", compare.picture),
    *(Route(f"/search{suffix}", search.search) for suffix in ("", ".{suffix:str}")),
    Route("/opensearch.xml", search.opensearch),
    Route("/id/{path:path}", resources.thing),
    Route("/graph/{path:path}", resources.thing),
    Route("/doc/{path:path}", resources.described),
    *(
        Route(f"{path}{suffix}", vocabularies.vocabulary)
        for path in vocabularies.GRAPH_OF
        for suffix in ("", ".{suffix:str}")
    ),
    *(Route(f"{path}/{{part:path}}", vocabularies.part) for path in vocabularies.GRAPH_OF),
    Route("/context.jsonld", vocabularies.context),
    Route("/.well-known/void", vocabularies.void),
    *(Route(f"/catalog{suffix}", catalog.catalog) for suffix in ("", ".{suffix:str}")),
    *(Route(path, querypage.listing) for path in ("/queries", "/queries.{suffix:str}")),
    Route("/queries/{slug}.{suffix}", answers.answer),
    Route("/queries/{slug}", querypage.one),
    Route("/about", about.about),
    Route("/about/model", about.model),
    Route("/about/quality", about.quality),
    Route("/about/data", about.data),
    Route("/download", downloads.without_slash),
    Route("/download/", downloads.listing),
    Route(f"/download/{downloads.MANIFEST}", downloads.manifest),
    Route("/download/{name:path}", downloads.file),
    Route("/feed", feed.root),
    Route("/feed/{name:path}", feed.node),
    *(Route(path, releases.listing) for path in ("/releases", "/releases.{suffix:str}")),
    Route("/releases/{id}", releases.one),
    *(
        Route(f"/releases/{{id}}/changes{suffix}", releases.changes)
        for suffix in ("", ".{suffix:str}")
    ),
    Route("/releases/{id}/{path:path}", releases.unreachable),
    Route("/timegate/{path:path}", memento.timegate),
    Route("/timemap/{path:path}", memento.timemap),
    Route("/health", status.health),
    Route("/health/live", status.alive),
    Route("/metrics", metrics.metrics),
    Route("/robots.txt", sitemap.robots),
    *(Route(f"/sitemap{part}.xml", sitemap.sitemap) for part in ("", "-{number:int}")),
    Route("/openapi.json", openapi.openapi),
    Mount("/static", Files(directory=FOLDER), name="static"),
)


def create_app(
    release: Release,
    engine: Engine,
    limits: Limits,
    archive: Archive | None = None,
    prefix: str = "",
    beside: Site | None = None,
) -> FastAPI:
    """Return the application that serves one release through one engine.

    With a `prefix` it makes its links below that; whoever calls it takes the prefix off the path.
    It shares counts with the site `beside` which it is served.
    """
    site = Site(release, engine, limits, archive=archive, prefix=prefix)
    if beside:
        site = replace(site, responses=beside.responses)
    layers = [Middleware(Frame, on_crash=render_error, sent=site.responses), Middleware(Gzip)]
    if archive:
        layers.append(Middleware(Memento, site=site))
    app = FastAPI(
        title="policygraph",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=list(ROUTES),
        redirect_slashes=False,
        middleware=layers,
        exception_handlers={PolicygraphError: render_error, HTTPException: render_error},
    )
    app.state.site = site
    return app


def create_starting_app() -> ASGIApp:
    """Return what answers while the data is loaded: that the process lives, else to come again."""

    async def crashed(request: Request, error: Exception) -> Response:
        return render_without_page(request, error)

    return Frame(status.starting, on_crash=crashed)
