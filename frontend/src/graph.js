/**
 * An answer as nodes and links, with the same as a list.
 *
 * @typedef {import("./ask.js").Term} Term
 * @typedef {import("./cells.js").Context} Context
 * @typedef {{ from: Term, by: Term | null, to: Term }} Link
 */

import { shown, textOf } from "./cells.js";
import { h, svg } from "./dom.js";
import { layout, spots } from "./layout.js";
import { target } from "./links.js";
import { arrow, framed, keep } from "./picture.js";

/** Nodes that can still be told apart. */
const MOST = 120;

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/**
 * The links in an answer: its triples, the columns ?s ?p ?o, else the first two columns of things.
 * @param {import("./ask.js").Answer} answer
 * @returns {Link[]}
 */
export function linksOf(answer) {
  if (answer.form === "graph") return answer.triples.filter(([, by]) => by.value !== TYPE).flatMap(([from, by, to]) => (isThing(to) ? [{ from, by, to }] : []));
  if (answer.form !== "rows") return [];
  const { columns, rows } = answer;
  const things = columns.filter((column) => rows.some((row) => row[column]) && rows.every((row) => !row[column] || isThing(row[column])));
  const [from, second, third] = things;
  const [by, to] = third && /^(p|pred|predicate|property|relation)$/i.test(second ?? "") ? [second, third] : ["", second];
  if (!from || !to) return [];
  return rows.flatMap((row) => (row[from] && row[to] ? [{ from: row[from], by: by ? (row[by] ?? null) : null, to: row[to] }] : []));
}

/** @param {Term | undefined} term */
const isThing = (term) => term?.type === "uri" || term?.type === "bnode";

/** @param {string} name */
const short = (name) => (name.length > 30 ? `${name.slice(0, 29)}…` : name);

/** @param {Term} term */
const key = (term) => (term.type === "bnode" ? `_:${term.value}` : term.value);

/**
 * The most connected nodes, and the links between them, each once.
 * @param {Link[]} links
 * @param {number} most
 */
export function connected(links, most) {
  /** @type {Map<string, { term: Term, degree: number }>} */
  const nodes = new Map();
  for (const { from, to } of links) {
    if (key(from) === key(to)) continue;
    for (const term of [from, to]) {
      const known = nodes.get(key(term)) ?? { term, degree: 0 };
      known.degree += 1;
      nodes.set(key(term), known);
    }
  }
  const kept = [...nodes].sort((a, b) => b[1].degree - a[1].degree).slice(0, most);
  const place = new Map(kept.map(([name], at) => [name, at]));
  /** @type {Map<string, { from: number, to: number, by: Term[] }>} */
  const edges = new Map();
  for (const { from, by, to } of links) {
    const [one, other] = [place.get(key(from)), place.get(key(to))];
    if (one === undefined || other === undefined || one === other) continue;
    const edge = edges.get(`${one} ${other}`) ?? { from: one, to: other, by: [] };
    if (by && !edge.by.some((known) => known.value === by.value)) edge.by.push(by);
    edges.set(`${one} ${other}`, edge);
  }
  return { nodes: kept.map(([, node]) => node), edges: [...edges.values()], all: nodes.size };
}

/**
 * A picture of links that can be walked through with the keyboard, and the list of them.
 * @param {import("./ask.js").Answer} answer
 * @param {Context} context
 */
export function graph(answer, context) {
  const { say, labels } = context;
  const links = linksOf(answer);
  if (!links.length) return h("p", { class: "hint" }, say("no_graph"));
  const { nodes, edges, all } = connected(links, MOST);
  const [width, height] = [1100, nodes.length > 60 ? 1000 : nodes.length > 20 ? 760 : 560];
  const places = fitted(layout(nodes.length, edges.map(({ from, to }) => [from, to]), { width, height }), width, height);
  const { frame, buttons, show } = framed(say);
  const list = h("details", { class: "graph-list" });

  function draw() {
    const edgeElements = edges.map(({ from, to, by }) => {
      const [[x1, y1], [x2, y2]] = [places[from], places[to]];
      const length = Math.hypot(x2 - x1, y2 - y1) || 1;
      const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
      const words = by.map((term) => textOf(term, context)).join(", ");
      return svg(
        "g",
        { class: "edge" },
        words ? svg("title", {}, words) : null,
        svg("line", { x1: x1 + ux * 8, y1: y1 + uy * 8, x2: x2 - ux * 10, y2: y2 - uy * 10, "marker-end": "url(#arrow)" }),
        edges.length <= 30 && words ? svg("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 4, "text-anchor": "middle" }, words.length > 28 ? `${words.slice(0, 27)}…` : words) : null,
      );
    });
    const names = nodes.map(({ term }) => textOf(term, context));
    const written = spots(places, names.map(short), { width, height });
    const nodeElements = nodes.map(({ term, degree }, at) => {
      const [x, y] = places[at];
      const name = names[at];
      const to = term.type === "uri" ? target(term.value, context.site) : null;
      const spot = written[at];
      const inside = [
        svg("circle", { cx: x, cy: y, r: Math.min(11, 4 + Math.sqrt(degree)) }),
        svg("text", { x: spot.x, y: spot.y, "text-anchor": spot.anchor, class: !spot.free && "crowded" }, short(name)),
      ];
      const element = to ? svg("a", { class: "node", href: to.href }, inside) : svg("g", { class: "node", tabindex: 0 }, inside);
      for (const [on, event] of /** @type {[boolean, string][]} */ ([[true, "focusin"], [true, "pointerenter"], [false, "focusout"], [false, "pointerleave"]])) {
        element.addEventListener(event, () => mark(at, on));
      }
      return element;
    });
    /** Show what a node is linked to. @param {number} at @param {boolean} on */
    const mark = (at, on) => {
      edges.forEach(({ from, to }, index) => {
        const its = from === at || to === at;
        edgeElements[index].classList.toggle("near", on && its);
        if (its) for (const end of [from, to]) nodeElements[end].classList.toggle("near", on);
      });
      // A name that was cut is whole while one is at it, in front of the others.
      const text = nodeElements[at].querySelector("text");
      if (text) text.textContent = on ? names[at] : short(names[at]);
      picture.classList.toggle("marked", on);
    };
    const picture = svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": say("graph_of", { nodes: nodes.length, edges: edges.length }) },
      arrow(),
      edgeElements,
      nodeElements,
    );
    show(picture);
    list.replaceChildren(
      h("summary", {}, say("graph_list")),
      h("ul", {}, links.slice(0, 500).map(({ from, by, to }) => h("li", {}, shown(from, context), " ", by ? h("i", {}, shown(by, context)) : "→", " ", shown(to, context)))),
    );
  }

  draw();
  const mentioned = links.flatMap(({ from, by, to }) => [from, by, to].flatMap((term) => (term?.type === "uri" ? [term.value] : [])));
  labels.want(mentioned.slice(0, 2000)).then((came) => came && draw());
  return h(
    "div",
    { class: "graph-view" },
    h(
      "div",
      { class: "controls" },
      h("span", {}, all > nodes.length ? say("graph_cut", { shown: nodes.length, all }) : say("graph_of", { nodes: nodes.length, edges: edges.length })),
      buttons,
      h("button", { type: "button", class: "quiet", onclick: () => keep(frame) }, say("save_picture")),
    ),
    frame,
    list,
  );
}

/**
 * The same places, stretched to fill a picture.
 * @param {[number, number][]} places
 * @param {number} width
 * @param {number} height
 * @returns {[number, number][]}
 */
function fitted(places, width, height) {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const stretch = (/** @type {number} */ at, /** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ size, /** @type {number} */ edge) =>
    high === low ? size / 2 : edge + ((at - low) / (high - low)) * (size - 2 * edge);
  return places.map(([x, y]) => [stretch(x, left, right, width, 60), stretch(y, top, bottom, height, 30)]);
}
