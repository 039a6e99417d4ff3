"""The notebook answers its questions from a real server, without an error or a warning."""

from __future__ import annotations

from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import REPOSITORY
from tests.releases.conftest import Server

NOTEBOOK = REPOSITORY / "notebooks" / "policy-questions.ipynb"


def read() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]


def test_the_notebook_is_kept_without_answers() -> None:
    cells = [cell for cell in read().cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_the_notebook_runs(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYGRAPH_URL", server.address)
    notebook = read()
    nbclient.NotebookClient(notebook, timeout=180, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    plots = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(plots) == 3
    tables = [
        output for output in outputs if "<table" in output.get("data", {}).get("text/html", "")
    ]
    assert len(tables) == 3
