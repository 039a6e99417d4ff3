import assert from "node:assert/strict";
import { test } from "node:test";
import { nodesOf, readState, tree, turtle, writeState } from "../src/growth.js";
import { halves, outline, ROW, towards } from "../src/outline.js";

const X = "http://x/";
/** @param {string} name @returns {import("../src/growth.js").Thing} */
const thing = (name) => ({ iri: X + name, label: name, kind: "other" });
/** @param {string} by @param {"out" | "in"} way @param {string[]} names @param {number} [total] @returns {import("../src/growth.js").Group} */
const group = (by, way, names, total = names.length) => ({ by: X + by, label: by, way, family: "other", total, start: 0, things: names.map(thing) });
/** @param {string} name @param {...import("../src/growth.js").Group} groups @returns {[string, import("../src/growth.js").Neighbourhood]} */
const around = (name, ...groups) => [X + name, { ...thing(name), counts: {}, groups }];
/** @param {Partial<import("../src/growth.js").State>} [more] @returns {import("../src/growth.js").State} */
const state = (more = {}) => ({ iri: `${X}a`, grown: [], show: [], without: [], more: {}, ...more });
/** @param {import("../src/growth.js").State} state @param {...[string, import("../src/growth.js").Neighbourhood]} known */
function grown(state, ...known) {
  const made = tree(state, new Map(known));
  assert.ok(made);
  return made;
}

test("a state reads the same after it was written", () => {
  const full = state({ grown: [`${X}b?c=d&e`, `${X}é`], show: ["themes", "sdgs"], without: [`${X}#z`], more: { [`in ${X}p ${X}a`]: 18 } });
  assert.deepEqual(readState(writeState(full, "nl")), full);
  assert.match(writeState(full, "nl"), /lang=nl$/);
  assert.deepEqual(readState(`?iri=${X}a&grown=${X}a&grown=${X}b&grown=${X}b&more=x`), state({ grown: [`${X}b`] }));
});

test("a thing stands in the tree once, and each link is told once", () => {
  const known = [
    around("a", group("p", "out", ["b", "c"]), group("q", "in", ["b", "d"])),
    around("b", group("p", "in", ["a"]), group("q", "out", ["a"]), group("r", "out", ["d", "e"])),
  ];
  const small = grown(state(), ...known);
  assert.deepEqual(nodesOf(small.root).map(({ thing }) => thing.label), ["a", "b", "c", "d"]);
  assert.deepEqual(nodesOf(small.root)[1].also, ["q"]);
  assert.equal(small.links.length, 4);
  const large = grown(state({ grown: [`${X}b`] }), ...known);
  assert.deepEqual(nodesOf(large.root).map(({ thing }) => thing.label).sort(), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(large.crosses.map(({ from, by, to }) => [from, by, to]), [[`${X}b`, `${X}r`, `${X}d`]]);
  assert.equal(large.links.length, 6);
});

test("what is not drawn is counted, what was taken away is not", () => {
  const many = Array.from({ length: 30 }, (_, at) => `n${at}`);
  const known = around("a", group("p", "in", many, 70));
  const first = grown(state(), known).root.branches[0];
  assert.deepEqual([first.nodes.length, first.more], [10, 60]);
  const more = grown(state({ more: { [first.key]: 22 } }), known).root.branches[0];
  assert.deepEqual([more.nodes.length, more.more], [22, 48]);
  const less = grown(state({ without: [`${X}n3`], grown: [`${X}n29`] }), known, around("n29")).root.branches[0];
  assert.deepEqual([less.nodes.length, less.more], [11, 58]);
  assert.ok(!less.nodes.some(({ thing }) => thing.label === "n3"));
  assert.ok(less.nodes.some(({ thing }) => thing.label === "n29"));
});

test("what hangs on something that is folded up is not in the tree", () => {
  const known = [around("a", group("p", "out", ["b"])), around("b", group("p", "out", ["c"])), around("c", group("p", "out", ["d"]))];
  assert.equal(nodesOf(grown(state({ grown: [`${X}b`, `${X}c`] }), ...known).root).length, 4);
  assert.equal(nodesOf(grown(state({ grown: [`${X}c`] }), ...known).root).length, 2);
  assert.equal(tree(state(), new Map()), null);
});

for (const narrow of [false, true]) {
  test(`nothing stands on anything else, ${narrow ? "below one another" : "side by side"}`, () => {
    const names = (/** @type {string} */ of, /** @type {number} */ count) => Array.from({ length: count }, (_, at) => of + at);
    const known = [
      around("a", group("p", "out", names("p", 9)), group("q", "in", names("q", 30), 99), group("r", "in", names("r", 2)), group("s", "in", ["s"])),
      around("p3", group("t", "out", names("t", 5)), group("u", "in", names("u", 3))),
      around("t2", group("v", "out", names("v", 4))),
      around("s", group("w", "out", names("w", 12))),
    ];
    const made = grown(state({ grown: [`${X}p3`, `${X}t2`, `${X}s`] }), ...known);
    const { spots, forks, rests, left, top, width, height } = outline(made.root, narrow);
    assert.equal(spots.length, nodesOf(made.root).length);
    assert.equal(rests.length, 2);
    const rows = [...spots.slice(1), ...rests, ...forks];
    rows.forEach(({ x, y, side }, at) => {
      assert.ok(x > left && x < left + width && y > top && y < top + height);
      for (const other of rows.slice(0, at)) {
        const column = side === other.side && Math.abs(x - other.x) < (narrow ? Infinity : 100);
        if (column) assert.ok(Math.abs(y - other.y) >= ROW - 0.01, `${y} ${other.y}`);
      }
    });
    assert.deepEqual(outline(made.root, narrow), outline(made.root, narrow));
  });
}

test("branches are shared out so that both sides are about as tall", () => {
  const branch = (/** @type {number} */ count) => grown(state(), around("a", group("p", "out", Array.from({ length: count }, (_, at) => `n${at}`)))).root.branches[0];
  const [right, left] = halves([branch(4), branch(4), branch(4), branch(9)]);
  assert.deepEqual([right.length, left.length], [2, 2]);
  assert.deepEqual(halves([branch(2)]).map(({ length }) => length), [1, 0]);
  assert.deepEqual(halves([]), [[], []]);
});

test("arrow keys lead to the nearest place in their direction, and nowhere at the edge", () => {
  const places = [{ x: 0, y: 0 }, { x: 100, y: -20 }, { x: 100, y: 10 }, { x: -100, y: 0 }, { x: 0, y: 40 }];
  assert.equal(towards(places, 0, "ArrowRight"), 2);
  assert.equal(towards(places, 0, "ArrowLeft"), 3);
  assert.equal(towards(places, 0, "ArrowDown"), 4);
  assert.equal(towards(places, 2, "ArrowUp"), 1);
  assert.equal(towards(places, 3, "ArrowLeft"), 3);
});

test("what is drawn is Turtle, whatever the names are", () => {
  const made = grown(state(), around("a", group("p", "in", ['say "\\"\n'])));
  const text = turtle({ ...made, things: new Map([[`${X}a`, { ...thing("a"), label: 'say "\\"\n', lang: "fr" }]]) }, "nl");
  assert.match(text, /^<http:\/\/x\/say/);
  assert.match(text, /"say \\"\\\\\\"\\n"@fr \.\n$/);
});
