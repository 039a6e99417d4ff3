"""Every example of a shape does what its name says: it conforms, or it breaks exactly one rule.

An invalid example names the rule in its first line: `# violates: pgsh:PolicyDocument-title-nl`.
"""

from __future__ import annotations

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from policygraph.checks import ALL
from policygraph.namespaces import RDF, SH, SHAPES_NS
from policygraph.report import Report
from policygraph.shacl import TARGETS
from policygraph.sources import Sources, find_portal
from policygraph.turtle import read_turtle
from policygraph.validation import Validator
from tests.conftest import REPOSITORY

EXAMPLES = sorted((REPOSITORY / "shapes" / "examples").rglob("*.ttl"))


def named_rule(path: Path) -> str | None:
    """The rule that an invalid example says it breaks."""
    named = re.match(r"# violates: pgsh:(\S+)\n", path.read_text(encoding="utf-8"))
    return SHAPES_NS + named[1] if named else None


def check_some(paths: list[Path]) -> dict[Path, Report]:
    """Check each example by itself, as if it stood in the portal."""
    validator = Validator(find_portal(REPOSITORY), cache=False)
    return {path: validator.report([path]) for path in paths}


@pytest.fixture(scope="module")
def reports() -> dict[Path, Report]:
    """The report on every example, made by two processes side by side."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as pool:
        one, other = pool.map(check_some, [EXAMPLES[::2], EXAMPLES[1::2]])
    return one | other


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example(path: Path, reports: dict[Path, Report]) -> None:
    rule = named_rule(path)
    # What all files say together is not what an example of one shape is about.
    elsewhere = ALL - {rule}
    findings = [f for f in reports[path].findings if f.rule not in elsewhere]
    if path.stem.startswith("valid-"):
        assert not findings
        assert sum(reports[path].focus_counts.values())
    else:
        assert path.stem.startswith("invalid-")
        assert rule, "the first line must name the rule"
        assert {finding.rule for finding in findings} == {rule}


def test_every_rule_that_reports_has_an_invalid_example(sources: Sources) -> None:
    triples = [
        triple
        for file in sources.turtle_files()
        if file.graph == "shapes"
        for triple in read_turtle(file.read(), file.path).triples
    ]
    aiming = {s for s, p, _ in triples if p.value in TARGETS}
    asked = aiming | {o for s, p, o in triples if p.value == SH.property and s in aiming}
    rules = {s.value for s, p, _ in triples if p.value == SH.severity and s in asked}
    assert len(rules) > 150
    assert rules - {named_rule(path) for path in EXAMPLES} == set()


def test_names_and_messages_are_in_dutch_and_english(sources: Sources) -> None:
    texts: dict[tuple[str, str], list[str]] = {}
    for file in sources.turtle_files():
        if file.graph == "shapes":
            for subject, predicate, term in read_turtle(file.read(), file.path).triples:
                if predicate.value in (SH.message, SH.name):
                    language = getattr(term, "language", None) or ""
                    texts.setdefault((subject.value, predicate.value), []).append(language)
    assert len(texts) > 300
    wrong = {key: found for key, found in texts.items() if sorted(found) != ["en", "nl"]}
    assert not wrong


def test_shapes_hold_no_blank_nodes_but_lists(sources: Sources) -> None:
    for file in sources.turtle_files():
        if file.graph == "shapes":
            for subject, predicate, _ in read_turtle(file.read(), file.path).triples:
                if str(subject).startswith("_:"):
                    assert predicate.value in (RDF.first, RDF.rest), file.name
