"""`/static`: what pages load. Built files have a digest in their name and may be kept for ever."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from policygraph.web.conditional import FOREVER

FOLDER = Path(__file__).parent / "static"
BUILT = FOLDER / "built"
"""Made out of frontend/ when the package is built; pages do without it where it is missing."""

MANIFEST = "manifest.json"

_MEDIA_TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
"""What not every system knows."""


def built() -> dict[str, str]:
    """Return the address of each entry point of the front end, by name; none if it is not built."""
    try:
        return _read((BUILT / MANIFEST).stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=1)
def _read(changed: int) -> dict[str, str]:
    del changed  # a front end that was built anew has other names
    files: dict[str, str] = json.loads((BUILT / MANIFEST).read_text(encoding="utf-8"))
    return {name: f"/static/{BUILT.name}/{file}" for name, file in files.items()}


class Files(StaticFiles):
    """Serves the folder `static`."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, with the headers that its name allows."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        if path.parent == BUILT and "-" in path.stem:
            response.headers["Cache-Control"] = FOREVER
        if isinstance(response, FileResponse) and path.suffix in _MEDIA_TYPES:
            response.headers["Content-Type"] = _MEDIA_TYPES[path.suffix]
        return response
