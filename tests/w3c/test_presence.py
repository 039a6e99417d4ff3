"""Whether the suites are there; without them nothing else of this folder is collected."""

from __future__ import annotations

import os

import pytest

from .suites import FOLDER, SUITES, cases


def test_the_suites_are_there() -> None:
    if SUITES.is_dir():
        assert len(cases()) > 300
        return
    missing = f"the W3C's SPARQL 1.1 suites are not in {FOLDER}: set POLICYGRAPH_W3C"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
