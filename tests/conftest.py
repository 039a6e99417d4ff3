"""What all tests share: a portal to break, and the release of the repository's own portal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from policygraph.build import Built, build
from policygraph.release import Release
from policygraph.sources import FOLDERS, Sources, find_portal

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of the tests' own, so that nothing from before can make them pass."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLICYGRAPH_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def sources() -> Sources:
    """The repository's own portal."""
    return find_portal(REPOSITORY)


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """A copy of the repository's portal, to be broken."""
    root = tmp_path / "portal"
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "policygraph.toml", root)
    return root


@pytest.fixture(scope="session")
def built(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The release of the repository's portal, with its report."""
    return build(sources, tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def release(built: Built) -> Release:
    """The release of the repository's portal."""
    return built.release
