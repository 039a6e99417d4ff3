"""What `policygraph diff` says of two kept releases, told by that command and remembered.

Comparing reads both releases whole and keeps a processor busy for a while. So it is done by a
process of its own, one at a time, and never twice: two releases differ in the same way for ever.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from policygraph import __version__
from policygraph.caches import cache_folder
from policygraph.errors import Overloaded, Unavailable
from policygraph.release import Release

log = logging.getLogger(__name__)

_SECONDS = 120.0
"""Time limit of one comparison."""
_WAITING = 8
"""Comparisons that may wait for their turn."""


class Changes:
    """Compares releases; belongs to one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def __call__(self, old: Release, new: Release, format_: str, language: str) -> bytes:
        """Return the report as `json` or `turtle`, its words in that language.

        Raises Overloaded when many wait, Unavailable when it fails or takes too long.
        """
        name = f"{old.id}-{new.id}-{language}-{__version__}.{format_}"
        kept = cache_folder() / "changes" / name
        if kept.is_file():
            return kept.read_bytes()
        if self._waiting >= _WAITING:
            raise Overloaded(f"{self._waiting} comparisons are waiting; try again later")
        self._waiting += 1
        try:
            async with self._turn:
                if kept.is_file():
                    return kept.read_bytes()
                report = await _compared(old.path, new.path, format_, language)
                _keep(kept, report)
                return report
        finally:
            self._waiting -= 1


async def _compared(old: Path, new: Path, format_: str, language: str) -> bytes:
    # By the names of their folders: the report repeats what it was given, and clients read it.
    names = (old.name, os.path.relpath(new, old.parent))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "policygraph", "diff", *names,
        "--format", format_, "--lang", language,
        cwd=old.parent, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            report, said = await process.communicate()
    except TimeoutError as error:
        raise Unavailable(f"comparing took longer than {_SECONDS:g} s and was stopped") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.warning("%s and %s were not compared: %s", old, new, said.decode(errors="replace"))
        raise Unavailable("these releases cannot be compared; the server's log says why")
    return report


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
