/**
 * What a picture of a neighbourhood shows: the state that an address holds, and the tree that grows from it.
 *
 * @typedef {{ iri: string, label: string, kind: string, lang?: string, type?: string, page?: string }} Thing
 * @typedef {{ by: string, label: string, way: "out" | "in", family: string, total: number, start: number, things: Thing[] }} Group
 * @typedef {Thing & { counts: Record<string, number>, groups: Group[] }} Neighbourhood
 * @typedef {{ iri: string, grown: string[], show: string[], without: string[], more: Record<string, number> }} State
 * @typedef {{ from: string, by: string, to: string }} Link a statement
 * @typedef {{ thing: Thing, by: string, way: "out" | "in", also: string[], parent: Node | null, grown: boolean, branches: Branch[] }} Node
 *   `by` is the name of the property that leads to it, `also` those of others between the same two
 * @typedef {{ key: string, label: string, way: "out" | "in", nodes: Node[], more: number }} Branch
 * @typedef {Link & { label: string }} Cross a link between things that both stand elsewhere
 * @typedef {{ root: Node, crosses: Cross[], links: (Link & { label: string })[], things: Map<string, Thing> }} Tree
 */

/** Things of one property that come with each asking for more. */
export const STEP = 12;

/** Things of one property that are drawn before more are asked for, by the number of properties around a thing. @param {number} groups */
const first = (groups) => (groups <= 4 ? 10 : groups <= 9 ? 6 : 4);

/**
 * The state in an address.
 * @param {string} search
 * @returns {State}
 */
export function readState(search) {
  const asked = new URLSearchParams(search);
  /** @type {Record<string, number>} */
  const more = {};
  for (const text of asked.getAll("more")) {
    const found = /^(\d{1,4}) (.+)$/.exec(text);
    if (found) more[found[2]] = Number(found[1]);
  }
  const iri = asked.get("iri")?.trim() ?? "";
  return { iri, grown: [...new Set(asked.getAll("grown"))].filter((one) => one !== iri), show: asked.getAll("show"), without: asked.getAll("without"), more };
}

/**
 * The address of a state, without a path.
 * @param {State} state
 * @param {string} language to keep in the address, if any
 */
export function writeState({ iri, grown, show, without, more }, language) {
  const asked = new URLSearchParams([["iri", iri]]);
  for (const one of grown) asked.append("grown", one);
  for (const family of show) asked.append("show", family);
  for (const one of without) asked.append("without", one);
  for (const [key, count] of Object.entries(more)) asked.append("more", `${count} ${key}`);
  if (language) asked.set("lang", language);
  return `?${asked}`;
}

/** What names the things of one property around a thing. @param {string} iri @param {Group} group */
export const branchKey = (iri, { way, by }) => `${way} ${by} ${iri}`;

/**
 * The tree of what is shown. Each thing stands in it once, as near to the middle as it can; what else links it is a cross.
 * @param {State} state
 * @param {Map<string, Neighbourhood>} known
 * @returns {Tree | null}
 */
export function tree(state, known) {
  const centre = known.get(state.iri);
  if (!centre) return null;
  const taken = new Set(state.without);
  /** @type {Map<string, Node>} */
  const placed = new Map();
  /** @type {Map<string, Link & { label: string }>} */
  const links = new Map();
  /** @type {Cross[]} */
  const crosses = [];
  const place = (/** @type {Thing} */ thing, /** @type {string} */ by, /** @type {"out" | "in"} */ way, /** @type {Node | null} */ parent) => {
    /** @type {Node} */
    const node = { thing, by, way, also: [], parent, grown: false, branches: [] };
    placed.set(thing.iri, node);
    return node;
  };
  const root = place(centre, "", "out", null);
  const waiting = [root];
  for (let node = waiting.shift(); node; node = waiting.shift()) {
    const own = node.thing.iri;
    const its = own === state.iri || state.grown.includes(own) ? known.get(own) : undefined;
    if (!its) continue;
    node.grown = true;
    for (const group of its.groups) {
      const key = branchKey(own, group);
      const wanted = state.more[key] ?? first(its.groups.length);
      /** @type {Branch} */
      const branch = { key, label: group.label, way: group.way, nodes: [], more: 0 };
      let rest = group.total;
      for (const thing of group.things) {
        const pair = group.way === "out" ? { from: own, by: group.by, to: thing.iri } : { from: thing.iri, by: group.by, to: own };
        const name = `${pair.from} ${pair.by} ${pair.to}`;
        if (taken.has(thing.iri) || links.has(name)) {
          rest -= 1;
          continue;
        }
        const there = placed.get(thing.iri);
        const last = branch.nodes.length >= wanted && !state.grown.includes(thing.iri);
        if (!there && last) continue;
        rest -= 1;
        links.set(name, { ...pair, label: group.label });
        if (there?.parent === node) {
          there.also.push(group.label);
        } else if (there) {
          crosses.push({ ...pair, label: group.label });
        } else {
          const next = place(thing, group.label, group.way, node);
          branch.nodes.push(next);
          waiting.push(next);
        }
      }
      branch.more = Math.max(0, rest);
      if (branch.nodes.length || branch.more) node.branches.push(branch);
    }
  }
  return { root, crosses, links: [...links.values()], things: new Map([...placed].map(([iri, { thing }]) => [iri, thing])) };
}

/** Every node of a tree, the middle first. @param {Node} node @returns {Node[]} */
export const nodesOf = (node) => [node, ...node.branches.flatMap(({ nodes }) => nodes.flatMap(nodesOf))];

/**
 * What is drawn, as Turtle: the links, and the names of the things.
 * @param {Tree} tree
 * @param {string} language of names that say nothing else
 */
export function turtle({ links, things }, language) {
  const names = [...things.values()].map(({ iri, label, lang }) => `<${iri}> <http://www.w3.org/2000/01/rdf-schema#label> ${quoted(label)}@${lang || language} .\n`);
  return links.map(({ from, by, to }) => `<${from}> <${by}> <${to}> .\n`).join("") + "\n" + names.join("");
}

/** @param {string} text */
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r")}"`;
