"""Serve a release folder on a port, as a process of its own: `python serve.py FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from policygraph.connection import connections
from policygraph.engine import Dataset, Engine
from policygraph.engine.cache import AnswerCache
from policygraph.release import open_release
from policygraph.settings import Limits
from policygraph.web.app import create_app
from policygraph.web.endpoint.plain import SmallDesk
from policygraph.web.site import mark

if __name__ == "__main__":
    release = open_release(Path(sys.argv[1]))
    limits = Limits(query_text_kib=64)
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    desk = SmallDesk(limits, mark(release), AnswerCache("", 1 << 20))
    with Engine.start(dataset, limits, desk=desk) as engine:
        app = create_app(release, engine, limits)
        kind = connections(app.state.site)
        uvicorn.run(app, http=kind, port=int(sys.argv[2]), log_level="error", access_log=False)
