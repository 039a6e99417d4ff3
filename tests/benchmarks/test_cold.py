"""The table of first requests: its pages are those of the portal, and what it counts is there."""

from __future__ import annotations

import sys

import pytest
from benchmarks.cold import PAGES, running, table

from policygraph.release import Release


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_every_page_of_the_table_is_there(release: Release) -> None:
    with running(release.path) as server:
        rows = [server.measure(kind, path) for kind, path in PAGES.items()]
    assert {row.path: row.status for row in rows} == dict.fromkeys(PAGES.values(), 200)
    assert rows[0].evaluations > 0
    assert all(row.first_ms > 0 and row.again_ms > 0 and row.server_ms > 0 for row in rows)
    assert len(table(rows).splitlines()) == 2 + len(PAGES)
