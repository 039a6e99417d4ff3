"""Serve a dump and allow SERVICE to the server itself: `python serve.py DUMP PATH...`.

The paths, with their query strings, are those that SERVICE may call. The address goes to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

from policygraph import serving
from policygraph.release import mirror
from policygraph.settings import Limits, Portal

if __name__ == "__main__":
    with serving.listen("127.0.0.1", 0) as listener:
        address = serving.address(listener)
        allowed = tuple(address + path for path in sys.argv[2:])
        # One query waits for a second, which waits for a third.
        portal = Portal(limits=Limits(service_allow=allowed, workers=3))
        release = mirror([Path(sys.argv[1])], portal)
        serving.serve(release, listener, lambda: print(address, file=sys.stderr, flush=True))  # noqa: T201
