"""The tests of what an answer says, once more: of our engine behind a Virtuoso."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policygraph.engine.client import PASSWORD
from tests.behind.copies import Server
from tests.behind.test_behind_answers import *  # noqa: F403
from tests.behind.test_behind_answers import engine  # noqa: F401
from tests.interop.differences import known_difference  # noqa: F401
from tests.interop.servers import Virtuoso


@pytest.fixture(scope="module")
def foreign(virtuoso: Virtuoso) -> Iterator[Server]:
    """Virtuoso in place of our engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, "dba")
        store = virtuoso.endpoint + "-graph-crud-auth"
        yield Server(store, virtuoso.endpoint, "dba")
