import assert from "node:assert/strict";
import { test } from "node:test";
import { understood } from "../src/ask.js";
import { dateOf, numberOf } from "../src/cells.js";
import { grouped, natures, suggest, ticks } from "../src/chart.js";
import { connected, linksOf } from "../src/graph.js";
import { Labels, labelQuery } from "../src/labels.js";
import { layout, spots } from "../src/layout.js";
import { target } from "../src/links.js";
import { parseNTriples } from "../src/ntriples.js";
import { matching, sorted } from "../src/table.js";
import { LANGUAGES, sayIn, WORDS } from "../src/words.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
/** @typedef {import("../src/ask.js").Term} Term */
/** @param {string} value @returns {Term} */
const iri = (value) => ({ type: "uri", value });
/** @param {string} value @returns {Term} */
const text = (value) => ({ type: "literal", value });
/** @param {number} value @returns {Term} */
const number = (value) => ({ type: "literal", value: String(value), datatype: `${XSD}integer` });
/** @param {string} value @returns {Term} */
const date = (value) => ({ type: "literal", value, datatype: `${XSD}date` });

/** @param {import("../src/ask.js").Row[]} [labels] @returns {import("../src/cells.js").Context} */
const context = (labels = []) => ({
  say: sayIn("nl"),
  language: "nl",
  site: { base: "https://w3id.org/policygraph/", root: "", language: "" },
  prefixes: [["pg", "https://w3id.org/policygraph/ns#"]],
  labels: new Labels(async () => ({ form: "rows", columns: [], rows: labels, text: "", milliseconds: 0 }), "nl"),
});

test("every word is there in the three languages, with the same places to fill in", () => {
  for (const [key, words] of Object.entries(WORDS)) {
    assert.equal(words.length, LANGUAGES.length, key);
    const places = words.map((word) => (word.match(/\{\w+\}/g) ?? []).sort().join());
    assert.equal(new Set(places).size, 1, key);
  }
  assert.equal(sayIn("de")("rows", { n: 1234 }), "1,234 rows");
  assert.equal(sayIn("nl")("rows", { n: 1234 }), "1.234 rijen");
});

test("N-Triples are read, whatever characters they hold", () => {
  const triples = parseNTriples('<http://a/s> <http://a/p> "x \\"y\\" \\u00e9\\n"@nl-BE .\n_:b0 <http://a/p> "3"^^<http://a/int> .\n');
  assert.deepEqual(triples[0][2], { type: "literal", value: 'x "y" é\n', "xml:lang": "nl-BE" });
  assert.deepEqual(triples[1].map((term) => term.value), ["b0", "http://a/p", "3"]);
  assert.throws(() => parseNTriples("<a> nonsense"), SyntaxError);
});

test("answers of each form are understood", () => {
  assert.deepEqual(understood('{"head":{},"boolean":false}', "application/sparql-results+json"), { form: "boolean", value: false });
  assert.equal(understood("<http://a> <http://b> <http://c> .\n", "application/n-triples").form, "graph");
});

test("rows are sorted by number, date or name, and what is missing comes last", () => {
  /** @type {import("../src/ask.js").Row[]} */
  const rows = [{ n: number(10) }, { n: number(9) }, {}, { n: number(-1) }];
  const values = (/** @type {boolean} */ down) => sorted(rows, "n", down, context()).map((row) => row.n?.value);
  assert.deepEqual(values(false), ["-1", "9", "10", undefined]);
  assert.deepEqual(values(true), ["10", "9", "-1", undefined]);
  const names = sorted([{ n: text("zoë") }, { n: text("Éa") }, { n: text("eb") }], "n", false, context());
  assert.deepEqual(names.map((row) => row.n.value), ["Éa", "eb", "zoë"]);
  const mixed = [{ n: text("b"), m: 1 }, { n: text("B"), m: 2 }, { n: date("2024-02-01") }, { n: number(5) }, { n: text("a") }];
  assert.deepEqual(sorted(/** @type {any} */ (mixed), "n", false, context()).map((row) => row.n.value), ["5", "2024-02-01", "a", "b", "B"]);
  assert.deepEqual(sorted(/** @type {any} */ (mixed), "n", true, context()).map((row) => row.n.value), ["b", "B", "a", "2024-02-01", "5"]);
});

test("a search finds rows by every word, without accents", () => {
  const rows = [{ a: text("Visie op generatieve AI"), b: iri("http://x/one") }, { a: text("Stratégie"), b: iri("http://x/two") }];
  assert.equal(matching(rows, "strategie two", context()).length, 1);
  assert.equal(matching(rows, "ai two", context()).length, 0);
});

test("labels come in the language of the page, else in the stated order", async () => {
  const label = "http://www.w3.org/2000/01/rdf-schema#label";
  const prefLabel = "http://www.w3.org/2004/02/skos/core#prefLabel";
  const row = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ language) => ({ thing: iri("http://x/a"), name: iri(name), label: { ...text(value), "xml:lang": language } });
  const { labels } = context([row(label, "elf", "nl"), row(prefLabel, "douze", "fr"), row(prefLabel, "twelve", "en")]);
  assert.equal(await labels.want(["http://x/a", "http://x/>"]), true);
  assert.deepEqual(labels.get("http://x/a"), { text: "twelve", language: "en" });
  assert.equal(await labels.want(["http://x/a"]), false);
  assert.doesNotMatch(labelQuery(["http://x/a"]), /\n/);
});

test("IRIs lead to pages of ours, to http addresses of others, and nowhere else", () => {
  const site = { base: "https://w3id.org/policygraph/", root: "/releases/1", language: "nl" };
  assert.deepEqual(target("https://w3id.org/policygraph/id/policy/a b", site), { href: "/releases/1/doc/policy/a%20b?lang=nl", external: false });
  assert.deepEqual(target("https://w3id.org/policygraph/ns#theme", site), { href: "/releases/1/ns?lang=nl#theme", external: false });
  assert.deepEqual(target("https://example.org/", site), { href: "https://example.org/", external: true });
  assert.equal(target("javascript:alert(1)", site), null);
  assert.equal(target("urn:x", site), null);
});

test("numbers and dates are told from names", () => {
  assert.equal(numberOf(text("3")), null);
  assert.equal(numberOf(number(3)), 3);
  assert.equal(dateOf(date("2024-07-01")), 2024.5);
  assert.equal(dateOf(text("2024")), null);
  assert.equal(dateOf({ type: "literal", value: "2024", datatype: `${XSD}gYear` }), 2024);
});

test("the chart that suits an answer is suggested", () => {
  const shapeOf = (/** @type {import("../src/ask.js").Row[]} */ rows) => suggest(natures(Object.keys(rows[0]), rows), rows);
  assert.deepEqual(shapeOf([{ p: iri("http://x/1"), label: text("a"), n: number(1) }]), { shape: "bar", by: "label", value: "n", other: "" });
  assert.equal(shapeOf([{ d: date("2024-01-01"), n: number(1) }])?.shape, "line");
  assert.equal(shapeOf([{ label: text("a"), d: date("2024-01-01") }])?.shape, "timeline");
  assert.equal(shapeOf([{ a: text("a"), b: text("x") }, { a: text("a"), b: text("y") }, { a: text("b"), b: text("x") }])?.shape, "matrix");
  assert.equal(suggest(new Map(), []), null);
});

test("rows are counted or added up, once for each name", () => {
  const rows = [{ a: text("x"), n: number(1) }, { a: text("x"), n: number(2) }, { a: text("y"), n: number(3) }];
  const by = (/** @type {string} */ value) => [...grouped(rows, { shape: "bar", by: "a", value, other: "" }, context())].map(([name, inner]) => [name, inner.get("")]);
  assert.deepEqual(by("n"), [["x", 3], ["y", 3]]);
  assert.deepEqual(by(""), [["x", 2], ["y", 1]]);
});

test("axes have round steps that hold all numbers", () => {
  assert.deepEqual(ticks(0, 34, 6), [0, 10, 20, 30, 40]);
  assert.deepEqual(ticks(0, 0, 6).length > 1, true);
  for (const [low, high] of [[-5, 5], [0.1, 0.7], [2019, 2026], [0, 1e9]]) {
    const steps = ticks(low, high, 8);
    assert.ok(steps[0] <= low && steps[steps.length - 1] >= high, `${low} ${high}: ${steps}`);
  }
});

test("links are found in triples and in columns, and the most connected things are kept", () => {
  const links = linksOf({ form: "graph", triples: [[iri("a"), iri("p"), iri("b")], [iri("a"), iri("p"), text("c")], [iri("c"), iri("p"), iri("a")]], text: "", milliseconds: 0 });
  assert.equal(links.length, 2);
  const { nodes, edges, all } = connected(links, 2);
  assert.deepEqual([nodes.length, edges.length, all], [2, 1, 3]);
  assert.equal(nodes[0].term.value, "a");
  const rows = linksOf({ form: "rows", columns: ["s", "p", "o"], rows: [{ s: iri("a"), p: iri("p"), o: iri("b") }], text: "", milliseconds: 0 });
  assert.equal(rows[0].by?.value, "p");
});

test("a layout keeps nodes apart and is the same every time", () => {
  const place = () => layout(30, [[0, 1], [1, 2]], { width: 900, height: 500 });
  const places = place();
  assert.deepEqual(place(), places);
  for (const [at, [x, y]] of places.entries()) {
    assert.ok(Number.isFinite(x) && Number.isFinite(y));
    for (const [a, b] of places.slice(0, at)) assert.ok(Math.hypot(a - x, b - y) > 5);
  }
});

test("names are written where there is room, and never over one another", () => {
  const name = "a rather long name";
  const crowd = /** @type {[number, number][]} */ ([[200, 100], [205, 100], [210, 100], [208, 102], [206, 98], [202, 101], [203, 99]]);
  const found = spots([...crowd, [395, 30]], Array(8).fill(name), { width: 400, height: 200 });
  assert.equal(found[7].anchor, "end");
  const boxes = found.filter(({ free }) => free).map(({ x, y, anchor }) => {
    const left = anchor === "start" ? x : anchor === "end" ? x - name.length * 6.3 : (x - (name.length * 6.3) / 2);
    return [left, y - 10, left + name.length * 6.3, y + 3];
  });
  assert.ok(boxes.length > 2 && boxes.length < 8);
  for (const [at, [l, t, r, b]] of boxes.entries()) {
    for (const [left, top, right, bottom] of boxes.slice(0, at)) assert.ok(left >= r || right <= l || top >= b || bottom <= t);
  }
});
