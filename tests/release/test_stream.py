"""Kept releases as a stream: what changed in each, and in which order."""

from __future__ import annotations

from pathlib import Path

from policygraph.release import Release, ReleaseFile
from policygraph.settings import Portal
from policygraph.stream import steps


def made(id_: str, date: str = "2026-11-24", **graphs: str) -> Release:
    """A release whose graphs have these contents, or at least their checksums."""
    files = {
        f"{slug}.nt": ReleaseFile(f"{slug}.nt", 1, content, "application/n-triples")
        for slug, content in graphs.items()
    }
    return Release(Path(id_), id_ * 16, Portal(date=date), dict.fromkeys(graphs, 1), files)


def changes(*releases: Release) -> list[dict[str, str | None]]:
    """What each step says of each graph: its checksum, or None where it is removed."""
    return [
        {version.slug: version.file.sha256 if version.file else None for version in step.versions}
        for step in steps(releases)
    ]


def test_the_oldest_brings_every_graph_and_the_others_what_changed() -> None:
    assert changes(
        made("a", one="1", two="1"),
        made("b", one="2", two="1", three="1"),
        made("c", one="1", three="1"),
        made("d", one="1", two="1", three="1"),
        made("e", one="1", two="1", three="1"),
    ) == [
        {"one": "1", "two": "1"},
        {"one": "2", "three": "1"},
        {"one": "1", "two": None},
        {"two": "1"},
        {},
    ]


def test_what_follows_from_other_graphs_is_left_out() -> None:
    first = made("a", one="1", inferred="1", meta="1", shapes="1")
    assert changes(first, made("b", inferred="2", meta="2", one="1")) == [{"one": "1"}, {}]


def test_a_graph_without_a_file_is_none_to_follow() -> None:
    release = Release(Path(), "f" * 64, Portal(), {"one": 1})
    assert changes(release) == [{}]


def test_nothing_is_kept() -> None:
    assert steps([]) == ()


def test_each_step_is_later_than_the_one_before() -> None:
    dates = ("2026-11-24", "2026-11-24", "2026-11-24", "2026-11-25", "no date")
    found = steps([made(str(n), date, one=str(n)) for n, date in enumerate(dates)])
    assert [f"{step.moment:%d %H:%M:%S}" for step in found] == [
        "24 00:00:00", "24 00:00:01", "24 00:00:02", "25 00:00:00", "25 00:00:01",
    ]  # fmt: skip


def test_the_name_of_a_step_tells_what_is_in_it() -> None:
    a, b, c = (id_ * 16 for id_ in "abc")
    releases = [made(id_, one=id_) for id_ in "abc"]
    assert [step.name for step in steps(releases)] == [
        f"20261124T000000Z/{a}", f"20261124T000001Z/{a}..{b}", f"20261124T000002Z/{b}..{c}",
    ]  # fmt: skip
    assert [step.name for step in steps(releases[2:])] == [f"20261124T000000Z/{c}"]


def test_going_back_to_what_was_is_another_step() -> None:
    first, second = made("a", "2026-01-01", one="1"), made("b", "2026-01-02", one="2")
    again = made("a", "2026-01-03", one="1")  # the same content, so the same id, at one place only
    before = {step.name for step in steps([first, second])}
    after = steps([second, again])
    assert not before & {step.name for step in after}
    assert [len(step.versions) for step in after] == [1, 1]
