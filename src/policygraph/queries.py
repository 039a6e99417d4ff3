"""Read the query catalogue: SPARQL files whose header says what they answer and must return.

A query is `queries/<topic>/<slug>.rq`. Its header is TOML behind `#+`, so that every SPARQL engine
takes the file as it is:

    #+ title.en = "Action points by pillar"
    #+ question.en = "What is to be done, and by whom?"
    #+ rows = 12
    #+ [columns]
    #+ involved = { en = "who is involved" }
    #+ [parameters.policy]
    #+ label.en = "policy document"
    #+ below = "policy"
    #+ example = "nl-generative-ai-vision"

A parameter stands in the query as `$policy`; all other variables are written with a question mark.
Every column has a heading for people, in the header or in `queries/columns.toml`, which all queries
share. Programs know columns by their variables: those are what CSV and JSON have.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from policygraph import terms
from policygraph.errors import BrokenInput, NotFound, Place, SyntaxProblem
from policygraph.namespaces import CSVW, DCT, RDF, RDFS, SCHEMA, SH, SKOS, XSD, prefixes
from policygraph.sources import Sources, read_bytes
from policygraph.terms import NamedNode, Triple

Kind = Literal["iri", "string", "language", "integer", "date"]
KINDS: dict[Kind, re.Pattern[str]] = {
    "iri": re.compile(r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+"),
    "string": re.compile(r".*", re.DOTALL),
    "language": re.compile(r"[a-z]{2,3}"),
    "integer": re.compile(r"[+-]?[0-9]+"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
FORMS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "construct", "DESCRIBE": "describe"}

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n\r]*|<[^<>"{}|^`\\\x00-\x20]*>
      |\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
      |\$(?P<name>\w+)|\?(?P<variable>\w+)|(?P<word>[A-Za-z]+)|.""",
    re.VERBOSE | re.DOTALL,
)
_SERVICE = re.compile(r"^\s*SERVICE (?:SILENT )?<([^>]+)>", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A hole in a query, with the value that it takes when none is given."""

    name: str
    label: Mapping[str, str]
    example: str
    kind: Kind = "iri"
    below: str = ""
    """For an IRI: the prefix below which a bare slug is looked up ("policy", "theme" ...)."""


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """A query of the catalogue."""

    slug: str
    topic: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    text: str
    """The SPARQL text, without its header."""
    form: str
    rows: int = 1
    """How many rows (or triples) it returns at the least with its example values."""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The heading of each column, by its variable, in each language."""
    parameters: tuple[Parameter, ...] = field(default_factory=tuple)

    @property
    def calls(self) -> tuple[str, ...]:
        """The endpoints of others that it asks by SERVICE; it runs only where they are allowed."""
        return tuple(dict.fromkeys(_SERVICE.findall(self.text)))

    def bind(self, values: Mapping[str, str], base: str) -> str:
        """Return the SPARQL text with its parameters filled in, examples where none is given.

        Raises BrokenInput for an unknown parameter or a value that does not fit.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                takes = ", ".join(known) or "none"
                raise BrokenInput(f"{self.slug} has no parameter {name!r}; it takes: {takes}")
        written = {
            name: term(parameter, values.get(name, parameter.example), base)
            for name, parameter in known.items()
        }
        return _fill(self.text, written)


def term(parameter: Parameter, value: str, base: str) -> str:
    """Return a parameter's value as a SPARQL term; BrokenInput where it does not fit its kind."""
    if parameter.kind == "iri":
        value = _expand(value.strip().removeprefix("<").removesuffix(">"), parameter.below, base)
    if not KINDS[parameter.kind].fullmatch(value):
        raise BrokenInput(
            f"{parameter.name}={value!r} is no {parameter.kind}; an example: {parameter.example}"
        )
    if parameter.kind == "iri":
        return str(NamedNode(value))
    if parameter.kind == "integer":
        return value
    if parameter.kind == "date":
        return str(terms.Literal(value, datatype=NamedNode(XSD.date)))
    return str(terms.Literal(value))


def _expand(value: str, below: str, base: str) -> str:
    known = prefixes(base)
    name, colon, rest = value.partition(":")
    if colon and name in known and not rest.startswith("//"):
        return known[name] + rest
    if not colon and below in known:
        return known[below] + value
    return value


def _fill(text: str, written: Mapping[str, str]) -> str:
    """Replace $name outside strings, IRIs and comments."""

    def replace(token: re.Match[str]) -> str:
        name = token["name"]
        return written[name] if name in written else token.group()

    return _TOKEN.sub(replace, text)


def read_query(path: Path) -> CatalogueQuery:
    """Return the query in a file; SyntaxProblem or BrokenInput, with the line, for a bad header."""
    text = _read(path)
    lines = text.splitlines(keepends=True)
    header = [line[2:].removeprefix(" ") if line.startswith("#+") else "\n" for line in lines]
    body = "".join(line for line in lines if not line.startswith("#+")).lstrip()
    values = _toml("".join(header), path, "the header", len("#+ "))
    try:
        return _query(path, values, body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenInput(f"{path}: the header lacks or misuses {error}") from error


def _read(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenInput(f"{path} is not UTF-8: save it as UTF-8") from error


def _toml(text: str, path: Path, what: str, indent: int = 0) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        place = Place(int(found[1]), int(found[2]) + indent, path) if found else Place(1, 1, path)
        raise SyntaxProblem(f"{what} is no TOML: {error}", place) from error


def _query(path: Path, values: dict[str, Any], body: str) -> CatalogueQuery:
    parameters = []
    for name, about in values.pop("parameters", {}).items():
        if about.get("kind", "iri") not in KINDS:
            raise ValueError(f"kind of {name}: one of {', '.join(KINDS)}")
        parameters.append(Parameter(name=name, **about))
    used = {m["name"] for m in _TOKEN.finditer(body) if m["name"]}
    if used != {parameter.name for parameter in parameters}:
        raise ValueError(f"[parameters]: the text uses {sorted(used)}")
    form = next(
        (m["word"].upper() for m in _TOKEN.finditer(body) if (m["word"] or "").upper() in FORMS), ""
    )
    return CatalogueQuery(
        slug=path.stem,
        topic=path.parent.name,
        title=values.pop("title"),
        question=values.pop("question"),
        text=body,
        form=form,
        rows=values.pop("rows"),
        columns={name: dict(texts) for name, texts in values.pop("columns", {}).items()},
        parameters=tuple(parameters),
        **values,
    )


def read_catalogue(sources: Sources) -> list[CatalogueQuery]:
    """Return every query of a portal, by topic and slug, with a heading for each column.

    Raises BrokenInput, with the place, for a column that has none.
    """
    shared: dict[str, dict[str, str]] = {}
    for path in sources.headings_files():
        shared |= _toml(_read(path), path, "it")
    queries = [_headed(path, read_query(path), shared) for path in sources.query_files()]
    slugs = [query.slug for query in queries]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise BrokenInput(f"two queries are called {slug}: their addresses would be the same")
    return queries


def _headed(
    path: Path, query: CatalogueQuery, shared: Mapping[str, Mapping[str, str]]
) -> CatalogueQuery:
    """Return a query with the heading of each column: its own, else the one that queries share."""
    text = _read(path)
    columns = _columns(text)
    for name in query.columns:
        if not {name, f"{name}Label"} & columns.keys():
            raise BrokenInput(f"{path}: [columns] has a heading for ?{name}, which is no column")
    headings = {}
    for name, start in columns.items():
        line, before = text.count("\n", 0, start) + 1, text.rfind("\n", 0, start)
        texts = _heading(name, query.columns) or _heading(name, shared) or {}
        for language in query.title:
            if not texts.get(language, "").strip():
                raise BrokenInput(
                    f"{path}:{line}:{start - before}: column ?{name} has no heading in {language}:"
                    " give it one under [columns] in the header, or in queries/columns.toml"
                )
        headings[name] = texts
    return replace(query, columns=headings)


def _heading(name: str, known: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """Return the heading of a column; ?xLabel, which has the name of ?x, is headed as that."""
    return known.get(name) or known.get(name.removesuffix("Label"))


def _columns(text: str) -> dict[str, int]:
    """Return what a SELECT gives, a variable or `*`, with the offset at which each stands."""
    columns: dict[str, int] = {}
    depth, before = 0, ""
    for token in _TOKEN.finditer(text):
        word = (token["word"] or "").upper()
        if token["skip"] or token.group().isspace():
            continue
        if not before:
            before = word if word in FORMS else ""
            if before not in ("", "SELECT"):
                break
            continue
        if token.group() == "{" or (depth == 0 and word in ("WHERE", "FROM")):
            break
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth == 0 and token.group() == "*":
            columns["*"] = token.start()
        if token["variable"] and (depth == 0 or (depth == 1 and before == "AS")):
            columns[token["variable"]] = token.start()
        before = word or token.group()
    return columns


def find(queries: list[CatalogueQuery], slug: str) -> CatalogueQuery:
    """Return the query of this name; NotFound names the ones there are."""
    for query in queries:
        if query.slug == slug:
            return query
    names = "\n  ".join(f"{q.slug:<36} {q.title.get('en', '')}" for q in queries)
    raise NotFound(f"there is no query {slug!r}. The catalogue has:\n  {names}")


def as_triples(query: CatalogueQuery, base: str) -> Iterator[Triple]:
    """Yield a query as data that editors and assistants read (SHACL-AF, section 5)."""
    this = NamedNode(f"{base}queries/{query.slug}")

    def texts(subject: NamedNode, predicate: str, values: Mapping[str, str]) -> Iterator[Triple]:
        for language, text in values.items():
            yield subject, NamedNode(predicate), terms.Literal(text, language=language)

    yield this, NamedNode(RDF.type), NamedNode(SH.SPARQLExecutable)
    yield this, NamedNode(RDF.type), NamedNode(SH[f"SPARQL{query.form.capitalize()}Executable"])
    yield from texts(this, SKOS.prefLabel, query.title)
    yield from texts(this, RDFS.label, query.title)
    yield from texts(this, RDFS.comment, query.question)
    yield this, NamedNode(DCT.identifier), terms.Literal(query.slug)
    yield this, NamedNode(SCHEMA.keywords), terms.Literal(query.topic)
    yield this, NamedNode(SH.prefixes), NamedNode(f"{base}queries#prefixes")
    text = query.bind({}, base)
    yield this, NamedNode(SH[FORMS[query.form]]), terms.Literal(text)
    for parameter in query.parameters:
        hole = NamedNode(f"{this.value}#{parameter.name}")
        value = term(parameter, parameter.example, base)
        yield this, NamedNode(SH.parameter), hole
        yield hole, NamedNode(RDF.type), NamedNode(SH.Parameter)
        yield hole, NamedNode(SH.path), hole
        yield hole, NamedNode(DCT.identifier), terms.Literal(parameter.name)
        yield from texts(hole, SH.name, parameter.label)
        yield from texts(hole, RDFS.label, parameter.label)
        yield hole, NamedNode(SH.description), terms.Literal(value)
    if query.columns:
        yield from _table(query.columns, this)


def _table(columns: Mapping[str, Mapping[str, str]], this: NamedNode) -> Iterator[Triple]:
    """Yield the columns of a query's answer (CSVW namespace: a table, its schema, its columns)."""
    answer, schema = NamedNode(f"{this.value}#answer"), NamedNode(f"{this.value}#columns")
    yield this, NamedNode(SCHEMA.result), answer
    yield answer, NamedNode(RDF.type), NamedNode(CSVW.Table)
    yield answer, NamedNode(CSVW.tableSchema), schema
    yield schema, NamedNode(RDF.type), NamedNode(CSVW.Schema)
    for name, texts in columns.items():
        column = NamedNode(f"{this.value}#column-{name}")
        yield schema, NamedNode(CSVW.column), column
        yield column, NamedNode(RDF.type), NamedNode(CSVW.Column)
        yield column, NamedNode(CSVW.name), terms.Literal(name)
        for language, text in texts.items():
            yield column, NamedNode(CSVW.title), terms.Literal(text, language=language)
            yield column, NamedNode(RDFS.label), terms.Literal(text, language=language)


def declarations(base: str) -> Iterator[Triple]:
    """Yield the prefixes of the portal as data: editors offer them (SHACL, section 5.2.1)."""
    known = NamedNode(f"{base}queries#prefixes")
    for name, namespace in prefixes(base).items():
        this = NamedNode(f"{base}queries#prefix-{name}")
        yield known, NamedNode(SH.declare), this
        yield this, NamedNode(RDF.type), NamedNode(SH.PrefixDeclaration)
        yield this, NamedNode(SH.prefix), terms.Literal(name)
        any_uri = NamedNode(XSD.anyURI)
        yield this, NamedNode(SH.namespace), terms.Literal(namespace, datatype=any_uri)
