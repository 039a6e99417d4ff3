"""Where caches stand: releases, validation results, stores on disk. All may be deleted."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the user's cache folder (XDG, macOS), or the one that the environment names."""
    if chosen := os.environ.get("POLICYGRAPH_CACHE"):
        return Path(chosen)
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "policygraph"
    library = Path.home() / "Library" / "Caches"
    if sys.platform == "darwin":
        return library / "policygraph"
    return Path.home() / ".cache" / "policygraph"
