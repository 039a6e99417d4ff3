"""docs/architecture.md is true: who imports whom, and where each module is listed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src" / "policygraph"
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
FORBIDDEN = {"utils", "util", "helpers", "helper", "core", "common", "manager", "misc"}
LONGEST = 450


def rows(marker: str) -> Iterator[list[str]]:
    """The cells of the table behind a marker, without its head."""
    table = PAGE.split(f"<!-- {marker}:")[1].split("\n\n")[1]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


LAYER_OF = {module: row[0] for row in rows("layers") for module in names(row[1])}
ALLOWED = {row[0]: set(filter(None, row[2].split(", "))) for row in rows("layers")}
LIBRARIES = {names(row[0])[0]: set(names(row[1])) for row in rows("libraries")}


def top(module: str) -> str:
    """The entry of the tables that a module belongs to: itself, or its package."""
    return module.partition(".")[0]


class _WithoutTypes(ast.NodeTransformer):
    """Drops what only type checkers read."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)


@cache
def imported(module: str, *, types: bool = True) -> frozenset[str]:
    """Everything that a module imports, at the top and inside functions, in absolute names."""
    tree: ast.AST = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    if not types:
        tree = _WithoutTypes().visit(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def ours(module: str, *, types: bool = True) -> frozenset[str]:
    """The modules of ours that a module imports."""
    found = set()
    for name in imported(module, types=types):
        if top(name) != "policygraph":
            continue
        inside = name.removeprefix("policygraph").removeprefix(".")
        if inside == "__version__":
            continue
        while inside and inside not in MODULES and f"{inside}.__init__" not in MODULES:
            inside = inside.rpartition(".")[0]
        found.add(inside if inside in MODULES else f"{inside}.__init__".removeprefix("."))
    return frozenset(found)


def foreign(module: str) -> set[str]:
    """The libraries that a module imports."""
    return {top(name) for name in imported(module)} - set(sys.stdlib_module_names) - {"policygraph"}


def test_each_module_is_in_one_layer_and_in_the_listing() -> None:
    assert set(LAYER_OF) == {top(module) for module in MODULES}
    listed = re.findall(r"^\| `([\w/]+\.py)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(p.relative_to(PACKAGE).as_posix() for p in MODULES.values())
    assert set().union(*ALLOWED.values()) <= set(ALLOWED)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_in_one_direction(module: str) -> None:
    own = LAYER_OF[top(module)]
    wrong = {n for n in ours(module) if LAYER_OF[top(n)] not in ALLOWED[own] | {own}}
    assert not wrong, f"{own} may not import {wrong}"


def test_no_circle() -> None:
    # The package itself only hands out the public name; that is no dependency of what it opens.
    graph = {m: ours(m, types=False) - {m, "__init__"} for m in MODULES}
    TopologicalSorter(graph).prepare()
    layers = {layer: allowed - {layer} for layer, allowed in ALLOWED.items()}
    TopologicalSorter(layers).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_libraries_are_known_where_the_table_says(module: str) -> None:
    for library in foreign(module):
        assert library in LIBRARIES, f"{library} is not in the table of libraries"
        assert top(module) in LIBRARIES[library], f"{module} may not import {library}"


def test_the_table_of_libraries_names_nothing_that_is_gone() -> None:
    used = {(library, top(module)) for module in MODULES for library in foreign(module)}
    assert used == {(library, place) for library, places in LIBRARIES.items() for place in places}


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_modules_are_short_and_well_named(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
    assert not FORBIDDEN & set(path.relative_to(PACKAGE).with_suffix("").parts)
