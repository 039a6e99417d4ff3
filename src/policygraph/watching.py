"""Wait for files to change."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

INTERVAL = 0.2
"""Seconds between two looks; looking costs about a millisecond for a hundred files."""


def watch(paths: Sequence[Path]) -> Iterator[None]:
    """Yield at once, and again after every change in the files or below the folders."""
    before = None
    while True:
        now = _state(paths)
        if now != before:
            before = now
            yield
        time.sleep(INTERVAL)


def _state(paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    state = {}
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            try:
                stat = file.stat()
            except FileNotFoundError:
                continue  # an editor replaces a file by another; the next look sees it
            state[file] = stat.st_mtime_ns, stat.st_size
    return state
