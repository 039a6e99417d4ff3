"""Check a portal: syntax, then what all files say together, then each file against the shapes.

A file is checked with what it sees: its own triples and the descriptions of the things it mentions.
That makes the outcome for a file depend on nothing else, so that unchanged files come from a cache
and the others are checked side by side.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from policygraph.caches import cache_folder
from policygraph.checks import BLANK_NODE, check_file, known
from policygraph.errors import SyntaxProblem
from policygraph.namespaces import PG_NS, RDF, RDFS, SHAPES_NS
from policygraph.report import Finding, Report
from policygraph.shacl import Outcome, Result, Shapes, aiming
from policygraph.sources import Sources, digest, read_bytes
from policygraph.terms import BlankNode, NamedNode, Triple
from policygraph.turtle import TurtleFile, canonical_nquads, read_turtle

SYNTAX = SHAPES_NS + "Syntax"
SHARE = 64
"""So many things of a file are checked together; one large file keeps all processors busy."""
UNUSED_SHAPE = SHAPES_NS + "UnusedShape"


@dataclass(frozen=True, slots=True)
class _Job:
    """A share of one file to check against the shapes; everything pickles."""

    name: str
    data: bytes
    """N-Triples: the file, what it sees, and the classes of the ontology."""
    focus: tuple[str, ...]
    """Things that the file itself describes."""
    key: str


def validate(
    sources: Sources, files: Sequence[Path] | None = None, *, cache: bool = True
) -> Report:
    """Return the report on a portal, or on `files` beside a portal's other files."""
    return Validator(sources, cache=cache).report(files)


class Validator:
    """Checks a portal again and again; what did not change in between is not read again."""

    def __init__(self, sources: Sources, *, cache: bool = True) -> None:
        self._sources = sources
        self._cache = cache
        self._read: dict[str, TurtleFile] = {}
        self._shapes = Shapes(b"")

    def report(self, files: Sequence[Path] | None = None) -> Report:
        """Return the report on the portal as it is now.

        With `files` only those are reported on; a file outside the portal is checked as if it
        stood in it. Broken syntax in any of them is reported before anything else is checked.
        """
        paths = {file.name: file.path for file in self._sources.turtle_files()}
        chosen = [_name(paths, path) for path in files] if files is not None else list(paths)
        parsed, broken = self._parse(paths)
        wanted = [finding for finding in broken if finding.file in chosen]
        if wanted:
            return Report(tuple(wanted), {}, len(chosen), unreadable=True)
        everything = {name: file.triples for name, file in parsed.items()}
        all_files = known(self._sources.portal.base, everything)
        of_shapes = {f.name for f in self._sources.turtle_files() if f.graph == "shapes"}
        findings = []
        for name in chosen:
            lists = name in of_shapes
            findings += check_file(parsed[name], name, all_files, may_hold_lists=lists)
        shapes = [t for name in sorted(of_shapes) for t in everything[name]]
        counts = Counter(dict.fromkeys(aiming(shapes), 0))
        self._use(canonical_nquads(shapes))
        facts = {
            name: [t for t in triples if not (name in of_shapes and _blank(t))]
            for name, triples in everything.items()
        }
        jobs = _jobs(facts, digest(self._shapes.ntriples, _versions()), chosen)
        outcomes = self._run(jobs)
        places_in = {name: _Places(parsed[name]) for name in chosen}
        said_in = {name: _said(facts[name]) for name in chosen}
        for job in jobs:
            counts.update(outcomes[job.key].counts)
            places, said = places_in[job.name], said_in[job.name]
            findings += [
                places.finding(result, job.name)
                for result in outcomes[job.key].results
                if _concerns(result, said)
            ]
        if files is None:
            findings += _unused(counts, parsed)
        return Report(tuple(findings), dict(counts), len(chosen))

    def _parse(self, paths: Mapping[str, Path]) -> tuple[dict[str, TurtleFile], list[Finding]]:
        parsed, broken = {}, []
        for name, path in paths.items():
            text = read_bytes(path)
            file = self._read.get(name)
            try:
                if file is None or file.text != text:
                    file = read_turtle(text, path)
                parsed[name] = file
            except SyntaxProblem as error:
                broken.append(_unreadable(error, name))
        self._read = parsed
        return parsed, broken

    def _use(self, shapes: bytes) -> None:
        if shapes != self._shapes.ntriples:
            self._shapes = Shapes(shapes)

    def _run(self, jobs: Sequence[_Job]) -> dict[str, Outcome]:
        folder = cache_folder() / "validation"
        outcomes: dict[str, Outcome] = {}
        if self._cache:
            outcomes = {job.key: found for job in jobs if (found := _cached(folder / job.key))}
        todo = [job for job in jobs if job.key not in outcomes]
        # The largest first: with two processors, a large one at the end would leave one idle.
        todo.sort(key=lambda job: -len(job.focus))
        for job, outcome in zip(todo, _check_all(todo, self._shapes), strict=True):
            outcomes[job.key] = outcome
            if self._cache:
                _remember(folder / job.key, outcome)
        return outcomes


def _name(paths: dict[str, Path], path: Path) -> str:
    """Take a file named by the user into the paths; return the name it is reported under."""
    for name, known_path in paths.items():
        if known_path.resolve() == path.resolve():
            return name
    paths[str(path)] = path
    return str(path)


def _unreadable(error: SyntaxProblem, name: str) -> Finding:
    place = error.place
    line, column = (place.line, place.column) if place else (1, 1)
    return Finding("Violation", SYNTAX, {"": error.message}, name, line, column)


def _unused(counts: Mapping[str, int], parsed: Mapping[str, TurtleFile]) -> list[Finding]:
    """A shape without anything to check is a typo in its target, or has outlived its class."""
    findings = []
    for name, file in parsed.items():
        for (subject, predicate, _), line in file.occurrences:
            if predicate.value == RDF.type and counts.get(subject.value) == 0:
                messages = {
                    "nl": "Geen enkel ding valt onder deze shape. Verbeter sh:targetClass.",
                    "en": "This shape found nothing to check. Mend its sh:targetClass.",
                }
                findings.append(
                    Finding("Warning", UNUSED_SHAPE, messages, name, line, focus=subject.value)
                )
    return findings


def _jobs(
    everything: Mapping[str, Sequence[Triple]], rules: str, chosen: Sequence[str]
) -> list[_Job]:
    classes = [
        triple
        for name, triples in everything.items()
        if name.startswith("ontology/")
        for triple in triples
        if triple[1].value == RDFS.subClassOf
    ]
    about: dict[NamedNode, list[Triple]] = defaultdict(list)
    for triples in everything.values():
        for triple in triples:
            if isinstance(triple[0], NamedNode):
                about[triple[0]].append(triple)
    jobs = []
    for name in chosen:
        own = everything[name]
        subjects = {s.value for s, _, _ in own if isinstance(s, NamedNode)}
        focus = sorted(iri for iri in subjects if not iri.startswith((PG_NS, SHAPES_NS)))
        described = {s for s, p, _ in own if p.value == RDF.type}
        mentioned = {t for s, _, o in own for t in (s, o) if isinstance(t, NamedNode)}
        seen = [t for thing in mentioned - described for t in about.get(thing, ())]
        lines = {f"{s} {p} {o} .\n" for s, p, o in (*own, *seen, *classes)}
        data = "".join(sorted(lines)).encode()
        for start in range(0, len(focus), SHARE):
            share = tuple(focus[start : start + SHARE])
            jobs.append(_Job(name, data, share, digest(rules.encode(), data, repr(share).encode())))
    return jobs


def _said(triples: Sequence[Triple]) -> dict[str, set[tuple[str, str]]]:
    """Return what a file says, property and value, by the thing that it says it of."""
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for subject, predicate, term in triples:
        if isinstance(subject, NamedNode):
            said[subject.value].add((predicate.value, str(term)))
    return said


def _concerns(result: Result, said: Mapping[str, set[tuple[str, str]]]) -> bool:
    """Whether a result is about this file.

    Of a thing that another file describes, only what this one adds is; the rest is reported there.
    """
    own = said.get(result.focus, set())
    properties = {predicate for predicate, _ in own}
    if RDF.type in properties:
        return True
    if result.value.startswith("<"):
        return (result.path, result.value) in own
    return result.path in properties


def _blank(triple: Triple) -> bool:
    return any(isinstance(term, BlankNode) for term in triple)


def _versions() -> bytes:
    """Name what a cached outcome depends on besides the data: the validator, and our use of it."""
    from importlib.metadata import version

    code = [Path(__file__).with_name(name).read_bytes() for name in ("validation.py", "shacl.py")]
    return f"{version('pyshacl')} {version('rdflib')}".encode() + b"".join(code)


def _check_all(jobs: Sequence[_Job], shapes: Shapes) -> list[Outcome]:
    processes = min(len(jobs), os.cpu_count() or 1)
    if processes <= 1:
        return [_check(job, shapes) for job in jobs]
    # A fork has the parsed shapes at once; macOS's own libraries do not survive one.
    shapes.prepare()
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, _start_process, (shapes,)) as pool:
        return list(pool.map(_check_in_process, jobs))


_shapes_of_process: list[Shapes] = []
"""The shapes, once in each helper process."""


def _start_process(shapes: Shapes) -> None:
    _shapes_of_process.append(shapes)


def _check_in_process(job: _Job) -> Outcome:
    return _check(job, _shapes_of_process[0])


def _check(job: _Job, shapes: Shapes) -> Outcome:
    outcome = shapes.check(job.data, frozenset(job.focus))
    # Blank nodes are found by a check of our own, which knows where they stand.
    kept = tuple(result for result in outcome.results if result.rule != BLANK_NODE)
    return replace(outcome, results=kept)


class _Places:
    """Where the things of one file stand."""

    def __init__(self, file: TurtleFile) -> None:
        self._file = file
        self._text = file.text.splitlines()
        self._lines: dict[tuple[str, ...], int] = {}
        for (subject, predicate, term), line in file.occurrences:
            self._lines.setdefault((subject.value,), self._block(line))
            self._lines.setdefault((subject.value, predicate.value), line)
            self._lines.setdefault((subject.value, predicate.value, term.value), line)

    def _block(self, line: int) -> int:
        """Return the line on which the block around a line begins: the nearest one not indented."""
        while line > 1 and self._text[line - 1][:1].isspace():
            line -= 1
        return line

    def finding(self, result: Result, name: str) -> Finding:
        """Give a result the place of its value, else of its property, else of its thing.

        A rule that looks at a whole document names the violator as its value.
        """
        value = _plain_value(result.value)
        keys = (
            (result.focus, result.path, value),
            (value,) if (value,) in self._lines and not result.path else (),
            (result.focus, result.path),
            (result.focus,),
        )
        line = next((self._lines[key] for key in keys if key in self._lines), 1)
        place = self._file.place(line)
        severity: Any = result.severity
        return Finding(
            severity=severity,
            rule=result.rule,
            messages=result.messages,
            file=name,
            line=place.line,
            column=place.column,
            focus=result.focus,
            path=result.path,
            value=result.value,
            component=result.component,
        )


def _plain_value(term: str) -> str:
    if term.startswith("<"):
        return term[1:-1]
    return term[1:].rpartition('"')[0] if term.startswith('"') else term


def _cached(path: Path) -> Outcome | None:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        results = tuple(Result(**result) for result in stored["results"])
        return Outcome(results, stored["counts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent, or half-written by a process that was killed


def _remember(path: Path, outcome: Outcome) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(asdict(outcome), file)
    Path(file.name).replace(path)
