"""What the guide for researchers shows is run."""

from __future__ import annotations

import re
from typing import Any

from tests.conftest import REPOSITORY
from tests.docs.test_docs import fenced
from tests.releases.conftest import Server


def test_the_client_of_the_guide(server: Server) -> None:
    _, code = fenced(REPOSITORY / "docs" / "researcher.md", "python")
    code = code.replace("http://127.0.0.1:8000", server.address)
    printed: list[str] = []
    names: dict[str, Any] = {"print": lambda *values: printed.append(" ".join(map(str, values)))}
    exec(code, names)
    names["client"].close()
    years, statuses, size, problem = printed
    assert re.search(r"^2024 +\d+$", years, re.MULTILINE)
    assert statuses.startswith("statusLabel\n")
    assert int(size.partition(" ")[0]) > 100
    assert problem.startswith("1:20: ")
