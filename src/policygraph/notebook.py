"""For scripts and notebooks: a release or a portal as an rdflib Dataset on an Oxigraph store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdflib import Dataset


def open_dataset(release_or_portal: str | Path | None = None) -> Dataset:
    """Return a release, or the release of a portal, as an rdflib Dataset with prefixes bound.

    Without an argument: the portal in the current folder, else the one shipped with the package.
    The default graph is the set union of all graphs but `shapes`; named graphs are there as well.
    The Dataset is a copy in memory: what is changed in it changes nothing else. Queries run in
    Oxigraph. Raises BrokenInput for what is neither, InvalidData for a portal that is not valid.
    """
    import pyoxigraph as ox
    from oxrdflib import OxigraphStore
    from rdflib import Dataset

    from policygraph.build import current_release
    from policygraph.namespaces import prefixes
    from policygraph.release import MANIFEST, open_release
    from policygraph.sources import find_portal

    path = Path(release_or_portal) if release_or_portal is not None else None
    if path is not None and (path / MANIFEST).is_file():
        release = open_release(path)
    else:
        release = current_release(find_portal(path))
    store = ox.Store()
    for file in release.dataset:
        store.bulk_load(path=str(file))
    merged = {
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in store
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in release.apart
    }
    store.bulk_extend(merged)
    dataset = Dataset(store=OxigraphStore(store=store))
    for prefix, namespace in prefixes(release.portal.base).items():
        dataset.bind(prefix, namespace, replace=True)
    return dataset
