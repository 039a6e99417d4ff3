import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { complete, fit, thingQuery } from "../src/completion.js";
import { EditorState } from "@codemirror/state";
import { termOf, written } from "../src/examples.js";
import { offset, refused, undeclared, unused } from "../src/faults.js";
import { declaration, declared, distance, missing, shorten } from "../src/prefixes.js";
import { places, setPlaces } from "../src/places.js";
import { nameOf } from "../src/recent.js";
import { snippet } from "../src/snippets.js";
import { tidied } from "../src/tidy.js";
import { classesOf, formOf, placeAtEnd, tokenize, variables } from "../src/tokens.js";
import { sayIn } from "../src/words.js";

const say = sayIn("en");
const PG = "https://w3id.org/policygraph/ns#";
const SKOS = "http://www.w3.org/2004/02/skos/core#";

/** @type {import("../src/completion.js").Terms} */
const TERMS = {
  prefixes: { pg: PG, skos: SKOS, theme: "https://w3id.org/policygraph/id/theme/" },
  classes: [
    { iri: `${PG}PolicyDocument`, label: "policy document", count: 40 },
    { iri: `${PG}ActionPoint`, label: "action point", count: 900 },
  ],
  properties: [
    { iri: `${SKOS}prefLabel`, label: "name", count: 5000, of: [0, 1] },
    { iri: `${PG}hasActionPoint`, label: "has action point", count: 900, of: [0] },
    { iri: `${PG}actionPointOf`, label: "action point of", count: 900, of: [1] },
  ],
};

/** @param {import("../src/prefixes.js").Change[]} changes @param {string} text */
function changed(text, changes) {
  return [...changes].sort((a, b) => b.from - a.from).reduce((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

/** @param {string} text */
const labels = (text) => complete(text, text, TERMS, say).options.map(({ label }) => label);

test("words are told apart, also where a mark occurs inside another word", () => {
  const kinds = tokenize('SELECT ?x { ?x a pg:Thing ; pg:p "a # b"@en, <http://x/#y> } # end').map((t) => `${t.kind}:${t.text}`);
  assert.deepEqual(kinds, [
    "word:SELECT", "variable:?x", "mark:{", "variable:?x", "word:a", "name:pg:Thing", "mark:;", "name:pg:p",
    'string:"a # b"', "language:@en", "mark:,", "iri:<http://x/#y>", "mark:}", "comment:# end",
  ]);
});

test("a name does not take the full stop behind it", () => {
  assert.deepEqual(tokenize("?s pg:p pg:a.b . ?t pg:q pg:c.").map((t) => t.text), ["?s", "pg:p", "pg:a.b", ".", "?t", "pg:q", "pg:c", "."]);
});

for (const [text, slot] of /** @type {[string, string][]} */ ([
  ["", "outside"],
  ["SELECT ", "select"],
  ["SELECT * WHERE { ", "subject"],
  ["SELECT * { ?s ", "predicate"],
  ["SELECT * { ?s a ", "object"],
  ["SELECT * { ?s a pg:X ", "after"],
  ["SELECT * { ?s a pg:X ; ", "predicate"],
  ["SELECT * { ?s a pg:X . ", "subject"],
  ["SELECT * { ?s pg:p ?a , ", "object"],
  ["SELECT * { ?s pg:p/", "predicate"],
  ["SELECT * { ?s (pg:p|", "predicate"],
  ["SELECT * { ?s (pg:p|pg:q) ", "object"],
  ["SELECT * { ?s ^pg:p ", "object"],
  ["SELECT * { ?s pg:p ?o FILTER(", "expression"],
  ["SELECT * { ?s pg:p ?o FILTER(?o > 3) ", "subject"],
  ["SELECT * { ?s pg:p [ ", "predicate"],
  ["SELECT * { ?s pg:p [ pg:q ?x ] ; ", "predicate"],
  ["SELECT * { OPTIONAL { ?s ", "predicate"],
  ["SELECT * { OPTIONAL { ?s a ?c } ", "subject"],
  ["SELECT * { GRAPH ", "graph"],
  ["SELECT * { GRAPH ?g { ?s ", "predicate"],
  ["SELECT * { VALUES ?x { ", "values"],
  ["SELECT * { VALUES ?x { pg:a } ?x ", "predicate"],
  ['SELECT * { ?s pg:p "3"^^xsd:integer ; ', "predicate"],
  ["SELECT * { { SELECT ?s ", "select"],
  ["SELECT * { { SELECT ?s WHERE { ?s ", "predicate"],
  ["PREFIX pg: <x> SELECT * { ?s ", "predicate"],
  ["SELECT * { ?s ?p ?o } ORDER BY ", "outside"],
])) {
  test(`behind ${JSON.stringify(text)} stands: ${slot}`, () => assert.equal(placeAtEnd(text).slot, slot));
}

test("the form, the variables and the classes of a text", () => {
  const text = "PREFIX pg: <x> # ASK\nSELECT ?s $t { ?s a pg:A ; pg:p ?t . ?t a pg:B }";
  assert.equal(formOf(text), "SELECT");
  assert.deepEqual(variables(text), ["?s", "?t"]);
  assert.deepEqual(classesOf(text, "?t"), ["pg:B"]);
});

test("classes are offered behind a, found by prefixed name, local name or label", () => {
  for (const typed of ["pg:Pol", "Polic", "docu"]) assert.deepEqual(labels(`SELECT * { ?s a ${typed}`), ["pg:PolicyDocument"], typed);
});

test("properties of the subject's class come first", () => {
  assert.deepEqual(labels("SELECT * { ?s a pg:PolicyDocument ; "), ["a", "skos:prefLabel", "pg:hasActionPoint", "pg:actionPointOf"]);
});

test("variables, keywords and declarations are offered where they may stand", () => {
  assert.deepEqual(labels("SELECT ?policy { ?policy a ?p"), ["?policy"]);
  assert.deepEqual(labels("SELECT * { ?s a pg:X OPT"), ["OPTIONAL"]);
  assert.deepEqual(labels("SELECT * { FILTER(LAN"), ["LANG", "LANGMATCHES"]);
  assert.deepEqual(labels("PREFIX sk"), [`skos: <${SKOS}>`]);
});

test("things are looked up by a word of their name where one may stand", () => {
  assert.equal(complete("SELECT * { ?s pg:theme san", "", TERMS, say).more, "san");
  assert.equal(complete("SELECT * { ?s a san", "", TERMS, say).more, "");
  assert.equal(fit("xyz", "pg:theme", "theme"), -1);
});

test("what is searched for cannot leave its string", () => {
  assert.match(thingQuery('a"b\\c'), /"a\\"b\\\\c"/);
});

test("a declaration goes where it is sorted, behind comments and before the query", () => {
  /** @param {string} text */
  const declare = (text) => changed(text, [declaration(text, "pg", PG)]);
  assert.equal(declare("SELECT * {}"), `PREFIX pg: <${PG}>\n\nSELECT * {}`);
  assert.equal(declare("# what is this\nSELECT * {}"), `# what is this\nPREFIX pg: <${PG}>\n\nSELECT * {}`);
  assert.equal(declare("PREFIX a: <b>\nPREFIX z: <y>\nASK {}"), `PREFIX a: <b>\nPREFIX pg: <${PG}>\nPREFIX z: <y>\nASK {}`);
  assert.equal(declare("PREFIX a: <b>\nASK {}"), `PREFIX a: <b>\nPREFIX pg: <${PG}>\nASK {}`);
  assert.equal(declare("PREFIX a: <b>"), `PREFIX a: <b>\nPREFIX pg: <${PG}>\n`);
  assert.equal(declare("BASE <b>\nASK {}"), `BASE <b>\nPREFIX pg: <${PG}>\nASK {}`);
});

test("IRIs are shortened by the longest namespace, and only where no escape is needed", () => {
  const prefixes = /** @type {[string, string][]} */ ([["b", "http://x/"], ["bc", "http://x/c/"]]);
  assert.equal(shorten("http://x/c/d", prefixes), "bc:d");
  assert.equal(shorten("http://x/c/d/e", prefixes), "<http://x/c/d/e>");
  assert.equal(shorten("http://x/a.", prefixes), "<http://x/a.>");
});

test("missing prefixes are found with what they stand for, or with what is spelt alike", () => {
  const text = "PREFIX pg: <x>\nSELECT * { ?s a skos:Concept ; pgg:p ?o ; pg:q ?r } # foo:bar";
  const found = missing(text, TERMS.prefixes);
  assert.deepEqual(found.map(({ name, iri, near }) => ({ name, iri, near })), [{ name: "skos", iri: SKOS, near: [] }, { name: "pgg", iri: "", near: ["pg"] }]);
  assert.equal(declared(text).get("pg"), "x");
  assert.deepEqual(missing("PREFIX pg: <https:", TERMS.prefixes), []);
  assert.equal(distance("themes", "theme"), 1);
  assert.equal(distance("ksos", "skos"), 1);
});

test("a remedy declares a prefix, or puts the one that was meant", () => {
  const text = "SELECT * { ?s a skos:Concept ; them:x ?o }";
  const [first, second] = undeclared(text, TERMS.prefixes, say);
  assert.equal(changed(text, first.remedies[0].changes), `PREFIX skos: <${SKOS}>\n\n${text}`);
  assert.equal(changed(text, second.remedies[0].changes), `PREFIX theme: <${TERMS.prefixes.theme}>\n\n${text.replace("them:", "theme:")}`);
});

test("terms of ours that the graph does not use are told, with what may have been meant", () => {
  const text = `PREFIX p: <${PG}>\nSELECT * { ?s a p:PolicyDocuments , p:Nothing ; p:hasActonPoint/<${PG}actionPoint> ?o ; p:hasActionPoint p:Listed , skos:None }`;
  const told = unused(text, TERMS, say);
  assert.deepEqual(told.map(({ from, to }) => text.slice(from, to)), ["p:PolicyDocuments", "p:Nothing", "p:hasActonPoint", `<${PG}actionPoint>`]);
  const mended = told.flatMap(({ remedies }) => remedies[0]?.changes ?? []);
  assert.match(changed(text, mended), /a p:PolicyDocument ,.*p:hasActionPoint\/<[^>]*(hasA|a)ctionPoint(Of)?>/);
  assert.equal(told[2].message, "Nothing in this graph has p:hasActonPoint.");
});

test("a query that was asked is called by its first comment, or by what it selects", () => {
  assert.equal(nameOf("# what is new\nSELECT *"), "what is new");
  assert.equal(nameOf("PREFIX pg: <x>\n\nSELECT ?a\nWHERE { ?a  pg:b ?c }"), "SELECT ?a WHERE { ?a pg:b ?c }");
});

test("a refusal stands at its word, whatever characters come before it", () => {
  const text = 'SELECT * {\n  ?s ?p "😀é", skoz:x }';
  const fault = refused(text, { title: "", detail: "the prefix skoz: is not declared", status: 400, line: 2, column: 15 }, TERMS.prefixes, say);
  assert.equal(fault && text.slice(fault.from, fault.to), "skoz:x");
  assert.equal(fault?.remedies[0]?.label, "Did you mean skos: ?");
  assert.equal(offset("a\nb", 9, 9), 3);
});

/** @type {import("../src/examples.js").Example} */
const EXAMPLE = {
  slug: "x", topic: "", title: "", language: "en", question: "",
  template: ['SELECT * { ?x pg:p ', "what", ' , "a" FILTER(LANG(?y) = ', "language", ') ?y pg:q ', "what", " }"],
  parameters: [
    { name: "what", label: "", kind: "string", below: "", value: "a" },
    { name: "language", label: "", kind: "language", below: "", value: "en" },
  ],
};

test("an example knows where its parameters stand, also where the same text stands elsewhere", () => {
  const { text, places } = written(EXAMPLE);
  assert.equal(text, 'SELECT * { ?x pg:p "a" , "a" FILTER(LANG(?y) = "en") ?y pg:q "a" }');
  assert.deepEqual(places.map(({ from, to, name }) => [name, text.slice(from, to)]), [["what", '"a"'], ["language", '"en"'], ["what", '"a"']]);
});

test("places stay where they are while the text around them changes, and end when they are written into", () => {
  const { text, places: at } = written(EXAMPLE);
  const state = EditorState.create({ doc: text, extensions: places }).update({ effects: setPlaces.of(at) }).state;
  /** @param {EditorState} now */
  const standing = (now) => now.field(places).map(({ from, to, name }) => `${name} ${now.sliceDoc(from, to)}`);
  const own = at.filter(({ name }) => name === "what");
  const filled = state.update({ changes: own.map(({ from, to }) => ({ from, to, insert: '"longer"' })) }).state;
  assert.deepEqual(standing(filled), ['what "longer"', 'language "en"', 'what "longer"']);
  assert.deepEqual(standing(state.update({ changes: [{ from: 0, insert: "# x\n" }, { from: own[0].to, insert: "@nl" }] }).state), ['what "a"', 'language "en"', 'what "a"']);
  assert.deepEqual(standing(state.update({ changes: { from: own[0].from + 1, insert: "b" } }).state), ['language "en"', 'what "a"']);
  assert.deepEqual(standing(state.update({ changes: { from: 0, to: text.length, insert: "ASK {}" } }).state), []);
});

test("a value becomes a term of its kind, or nothing", () => {
  const below = "http://a/";
  assert.equal(termOf({ kind: "iri", below }, "c"), "<http://a/c>");
  assert.equal(termOf({ kind: "iri", below }, " <http://b/c> "), "<http://b/c>");
  assert.equal(termOf({ kind: "iri", below }, "skos:x", { skos: SKOS }), `<${SKOS}x>`);
  assert.equal(termOf({ kind: "iri", below }, "http://a/> . ?s ?p ?o"), null);
  assert.equal(termOf({ kind: "string", below: "" }, 'say "hi"\\\n'), '"say \\"hi\\"\\\\\\n"');
  assert.equal(termOf({ kind: "integer", below: "" }, "x"), null);
  assert.equal(termOf({ kind: "date", below: "" }, "2025-02-03"), '"2025-02-03"^^<http://www.w3.org/2001/XMLSchema#date>');
  assert.equal(termOf({ kind: "date", below: "" }, "soon"), null);
});

test("programs quote the query for their language", () => {
  const query = `SELECT * { ?s ?p "it's \\"\${x}\\" \`y\`" }`;
  assert.match(snippet("curl", "http://e/sparql", query, "SELECT"), /it'\\''s/);
  assert.match(snippet("python", "http://e/sparql", query, "SELECT"), /pd\.read_csv/);
  assert.match(snippet("python", "http://e/sparql", query, "SELECT"), /\\\\"/);
  assert.match(snippet("r", "http://e/sparql", 'ASK { ?s ?p ")" }', "ASK"), /r"-\(/);
  assert.match(snippet("javascript", "http://e/sparql", query, "SELECT"), /\\\$\{x\}.*\\`y\\`/);
  assert.match(snippet("python", "http://e/sparql", "CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"), /rdflib/);
});

/** @param {string} text */
const tidy = (text) => changed(text, tidied(text));

const QUERIES = new URL("../../queries/", import.meta.url);
const CATALOGUE = readdirSync(QUERIES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rq"));

test("laying out changes no word, and nothing of what is laid out already", () => {
  assert.ok(CATALOGUE.length > 20);
  for (const name of CATALOGUE) {
    const text = readFileSync(new URL(name, QUERIES), "utf8").replace(/^#\+.*\n/gm, "").trimStart();
    const words = tokenize(text).filter(({ kind }) => kind !== "comment").map((token) => token.text);
    const flat = words.join(" ").replace(/ ?\^\^ ?/g, "^^");
    for (const one of [text, flat]) {
      const once = tidy(one);
      assert.deepEqual(tokenize(once).filter(({ kind }) => kind !== "comment").map((token) => token.text), words, name);
      assert.equal(tidy(once), once, name);
    }
  }
});

test("a query on one line gets a line for each statement", () => {
  const text = 'prefix pg: <x> select ?s where {?s a pg:A;pg:p ?o.?o pg:q [pg:r 1;pg:t "a{b;c"] # why\n filter(?o>3)optional{?s pg:z ?z} } order by ?s limit 10';
  assert.equal(
    tidy(text),
    'prefix pg: <x>\n\nselect ?s\nwhere {\n  ?s a pg:A;\n    pg:p ?o.\n  ?o pg:q [pg:r 1;pg:t "a{b;c"] # why\n  filter(?o>3)\n  optional { ?s pg:z ?z }\n}\norder by ?s\nlimit 10\n',
  );
  assert.equal(tidy("SELECT * {?s ?p ?o}"), "SELECT * { ?s ?p ?o }\n");
  assert.equal(tidy('ASK { ?s ?p "no end . }'), 'ASK { ?s ?p "no end . }');
  assert.equal(tidy(""), "");
});
