/**
 * A tree of things as a drawing: marks that tell kinds apart, names, and the properties between them.
 *
 * @typedef {import("./growth.js").Node} Node
 * @typedef {import("./growth.js").Tree} Tree
 * @typedef {import("./outline.js").Spot} Spot
 * @typedef {{ name: string, x: number, y: number }} Place
 */

import { h, svg } from "./dom.js";
import { NAME, outline, ROW } from "./outline.js";
import { arrow } from "./picture.js";

const KINDS = ["policy", "element", "initiative", "party", "theme", "sdg", "place", "document", "other"];
const MARKS = {
  policy: "M-6-6h12v12h-12z",
  document: "M-5-5h10v10h-10z",
  element: "M0-5a5 5 0 1 0 .01 0z",
  party: "M0-5a5 5 0 1 0 .01 0z",
  initiative: "M0-6 6 5h-12z",
  theme: "M0-6.5 6.5 0 0 6.5-6.5 0z",
  sdg: "M-6-6h12v12h-12z",
  place: "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
  other: "M0-3a3 3 0 1 0 .01 0z",
};
/** Letters of a name that fit beside a mark, and beside the line of a property. */
const LETTERS = 42;
const LETTER = 6.6;

/** @param {string} text @param {number} [most] */
const cut = (text, most = LETTERS) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

/** @param {import("./growth.js").Thing} thing */
function mark({ iri, kind }) {
  const goal = /^http:\/\/metadata\.un\.org\/sdg\/(\d+)/.exec(iri);
  return svg("path", { class: `mark mark-${kind}${goal ? ` goal-${goal[1]}` : ""}`, d: MARKS[/** @type {keyof typeof MARKS} */ (kind)] ?? MARKS.other });
}

/** The kinds that a tree has, each with its mark. @param {Tree} tree @param {import("./words.js").Say} say */
export function legend({ things }, say) {
  const there = new Set([...things.values()].map(({ kind }) => kind));
  return KINDS.filter((kind) => there.has(kind)).map((kind) =>
    h("li", {}, svg("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" }, mark({ iri: "", label: "", kind })), " ", say(/** @type {import("./words.js").Key} */ (`kind_${kind}`))),
  );
}

/**
 * @param {Tree} tree
 * @param {{ say: import("./words.js").Say, narrow: boolean, selected: string, act: (name: string) => void, choose: (name: string, focus: boolean) => void, keys: (event: KeyboardEvent, name: string, places: Place[]) => void }} options
 */
export function picture(tree, { say, narrow, act, choose, keys }) {
  const { spots, forks, rests, left, top, width, height } = outline(tree.root, narrow);
  /** @type {Place[]} */
  const places = [
    ...spots.map(({ node, x, y }) => ({ name: node.thing.iri, x, y })),
    ...rests.map(({ branch, x, y }) => ({ name: `more ${branch.key}`, x, y })),
  ];
  const at = new Map(spots.map((spot) => [spot.node.thing.iri, spot]));

  /**
   * Something that can be pressed.
   * @param {string} name
   * @param {Record<string, any>} attributes
   * @param {(SVGElement | null)[]} inside
   */
  const pressed = (name, attributes, inside) =>
    svg(
      "g",
      {
        role: "button",
        tabindex: -1,
        "data-name": name,
        onclick: () => act(name),
        onfocus: () => choose(name, false),
        onkeydown: (/** @type {KeyboardEvent} */ event) => keys(event, name, places),
        onpointerenter: () => near(name, true),
        onpointerleave: () => near(name, false),
        onfocusin: () => near(name, true),
        onfocusout: () => near(name, false),
        ...attributes,
      },
      inside,
    );

  const crosses = tree.crosses.map(({ from, to, label }) => {
    const [one, other] = [at.get(from), at.get(to)];
    if (!one || !other) return null;
    const [x1, x2] = [one.x - one.side * 8, other.x - other.side * 8];
    const bend = narrow || one.side === other.side ? (narrow ? Math.min(x1, x2) - 18 : (x1 + x2) / 2 - one.side * 26) : (x1 + x2) / 2;
    const middle = [(x1 + x2 + 6 * bend) / 8, (one.y + other.y) / 2];
    return svg(
      "g",
      { class: "cross", "data-ends": `${from} ${to}` },
      svg("title", {}, label),
      svg("path", { d: `M${x1} ${one.y}C${bend} ${one.y} ${bend} ${other.y} ${x2} ${other.y}`, "marker-end": "url(#arrow)" }),
      svg("text", { x: middle[0], y: middle[1] - 4, "text-anchor": "middle" }, cut(label, 26)),
    );
  });

  /** Show what else a thing is linked to. @param {string} name @param {boolean} on */
  const near = (name, on) => {
    for (const cross of crosses) if (cross?.dataset.ends?.split(" ").includes(name)) cross.classList.toggle("near", on);
  };

  const lines = forks.map(({ branch, x, y, side, from, end }) => {
    const origin = from.node === tree.root && !narrow ? [side * 126, 0] : narrow ? [from.x, from.y + 9] : [from.x + side * Math.min(NAME, 20 + wide(from.node)), from.y];
    const bend = (origin[0] + x) / 2;
    const path = narrow ? `M${origin[0]} ${origin[1]}V${y}H${x}` : `M${origin[0]} ${origin[1]}C${bend} ${origin[1]} ${bend} ${y} ${x} ${y}`;
    const stem = end > y ? svg("path", { class: "stem", d: `M${x} ${y}V${end}` }) : null;
    return svg(
      "g",
      { class: "fork" },
      svg("path", { d: path, [branch.way === "out" ? "marker-end" : "marker-start"]: "url(#arrow)" }),
      stem,
      svg("text", { x: x + side * 9, y: y + 4, "text-anchor": side > 0 ? "start" : "end" }, svg("title", {}, branch.label), pointing(cut(branch.label, LETTERS), branch.way, side)),
    );
  });

  const nodes = spots.map((spot) => {
    const { node, x, y, side } = spot;
    const { thing } = node;
    const own = node === tree.root;
    const by = [node.by, ...node.also].join(", ");
    const said = node.parent && (node.way === "out" ? `${node.parent.thing.label} ${by}` : `${by} ${node.parent.thing.label}`);
    const label = [thing.label, thing.type, said].filter(Boolean).join(", ");
    const about = { class: `node${own ? " middle" : ""}${node.grown ? " grown" : ""}`, "aria-label": label, ...(own ? {} : { "aria-expanded": String(node.grown) }) };
    if (own && !narrow) return pressed(thing.iri, { ...about, transform: "translate(0 0)" }, boxed(thing));
    const also = node.also.length ? svg("tspan", { class: "also" }, ` + ${node.also.join(", ")}`) : null;
    return pressed(thing.iri, { ...about, transform: `translate(${x} ${y})` }, [
      svg("title", {}, thing.label),
      svg("rect", { class: "touch", x: side > 0 ? -10 : 10 - NAME, y: -ROW / 2, width: NAME, height: ROW }),
      mark(thing),
      svg("text", { x: side * 13, y: 4.5, "text-anchor": side > 0 ? "start" : "end", lang: thing.lang }, written(node), also),
    ]);
  });

  const more = rests.map(({ branch, x, y, side }) =>
    pressed(`more ${branch.key}`, { class: "node rest", transform: `translate(${x} ${y})`, "aria-label": `${branch.label}: ${say("more_of", { n: branch.more })}` }, [
      svg("rect", { class: "touch", x: side > 0 ? -10 : -90, y: -ROW / 2, width: 100, height: ROW }),
      svg("text", { x: side * -3, y: 4.5, "text-anchor": side > 0 ? "start" : "end" }, say("more_of", { n: branch.more })),
    ]),
  );

  const drawn = svg(
    "svg",
    { viewBox: `${left} ${top} ${width} ${height}`, role: "group", class: "neighbourhood", "aria-label": say("picture_of", { name: tree.root.thing.label, nodes: spots.length, edges: tree.links.length }) },
    arrow(),
    crosses,
    lines,
    nodes,
    more,
  );
  return { drawn, width, places };
}

/** The name of a property with an arrow from what says it. @param {string} name @param {"in" | "out"} way @param {1 | -1} side */
const pointing = (name, way, side) => (side > 0 ? `${way === "out" ? "→" : "←"} ${name}` : `${name} ${way === "out" ? "←" : "→"}`);

/** The width of a name. @param {Node} node */
const wide = (node) => written(node).length * LETTER + node.also.join(", ").length * 6;

/** The name of a thing, as long as there is room for what else links it. @param {Node} node */
const written = ({ thing, also }) => cut(thing.label, also.length ? Math.max(14, LETTERS - 3 - also.join(", ").length) : LETTERS);

/** The thing in the middle: its name in a box. @param {import("./growth.js").Thing} thing */
function boxed(thing) {
  /** @type {string[]} */
  const lines = [];
  for (const word of thing.label.split(/\s+/)) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + word.length < 28) lines[last] += ` ${word}`;
    else if (lines.length < 4) lines.push(word);
    else {
      lines[last] = cut(`${lines[last]} ${word}`, lines[last].length);
      break;
    }
  }
  const tall = lines.length * 19 + 22;
  return [
    svg("rect", { class: "box", x: -126, y: -tall / 2, width: 252, height: tall }),
    ...lines.map((line, row) => svg("text", { x: 0, y: (row - (lines.length - 1) / 2) * 19 + 5, "text-anchor": "middle" }, line)),
  ];
}
