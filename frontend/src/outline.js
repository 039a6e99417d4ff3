/**
 * Places for a tree of things: branches right and left of the middle, or below one another where it is narrow.
 *
 * @typedef {import("./growth.js").Node} Node
 * @typedef {import("./growth.js").Branch} Branch
 * @typedef {{ node: Node, x: number, y: number, side: 1 | -1 }} Spot where the mark of a thing stands; its name goes to the side
 * @typedef {{ branch: Branch, x: number, y: number, side: 1 | -1, from: Spot, end: number }} Fork
 *   where the name of a property stands, and the line beside its things, which ends at `end`
 * @typedef {{ branch: Branch, x: number, y: number, side: 1 | -1 }} Rest where "more" stands
 * @typedef {{ spots: Spot[], forks: Fork[], rests: Rest[], left: number, top: number, width: number, height: number }} Places
 */

export const ROW = 23;
const GAP = 9;
/** Room for a name, and between the middle and its branches. */
export const NAME = 300;
const STEP = NAME + 62;
const MIDDLE = 128;
const INDENT = 24;

/**
 * @param {Node} root
 * @param {boolean} narrow
 * @returns {Places}
 */
export function outline(root, narrow) {
  /** @type {Places} */
  const places = { spots: [], forks: [], rests: [], left: 0, top: 0, width: 0, height: 0 };
  /** @type {Spot} */
  const middle = { node: root, x: 0, y: 0, side: 1 };
  places.spots.push(middle);
  if (narrow) {
    below(places, middle, 0);
  } else {
    const [right, left] = halves(root.branches);
    for (const [side, branches] of /** @type {[1 | -1, Branch[]][]} */ ([[1, right], [-1, left]])) {
      const tall = sum(branches.map(height));
      beside(places, middle, branches, side * MIDDLE, -tall / 2, side);
    }
  }
  const xs = places.spots.flatMap(({ x, side }) => [x, x + side * NAME]);
  const all = [...xs, ...(narrow ? [] : [-MIDDLE, MIDDLE])];
  const ys = [...places.spots, ...places.rests, ...places.forks].map(({ y }) => y);
  const [left, top] = [Math.min(...all) - 16, Math.min(...ys, narrow ? 0 : -40) - 26];
  const [right, bottom] = [Math.max(...all) + 16, Math.max(...ys, narrow ? 0 : 40) + 26];
  return { ...places, left, top, width: right - left, height: bottom - top };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** @param {Branch} branch @returns {number} */
const height = (branch) => ROW + sum(branch.nodes.map(room)) + (branch.more ? ROW : 0) + GAP;

/** The room that a thing takes with what has grown from it. @param {Node} node @returns {number} */
const room = (node) => Math.max(ROW, sum(node.branches.map(height)));

/**
 * Branches in their order, cut where the two halves are most alike.
 * @param {Branch[]} branches
 * @returns {[Branch[], Branch[]]}
 */
export function halves(branches) {
  const heights = branches.map(height);
  const uneven = (/** @type {number} */ at) => Math.abs(sum(heights.slice(0, at)) - sum(heights.slice(at)));
  const cuts = branches.map((_, at) => at + 1).filter((at) => at < branches.length || at === 1);
  const cut = cuts.reduce((best, at) => (uneven(at) < uneven(best) ? at : best), 1);
  return [branches.slice(0, cut), branches.slice(cut)];
}

/**
 * @param {Places} places
 * @param {Spot} from
 * @param {Branch[]} branches
 * @param {number} x
 * @param {number} y
 * @param {1 | -1} side
 */
function beside(places, from, branches, x, y, side) {
  const across = x + side * 30;
  for (const branch of branches) {
    /** @type {Fork} */
    const fork = { branch, x: across, y: y + ROW / 2, side, from, end: y + ROW / 2 };
    places.forks.push(fork);
    let at = y + ROW;
    for (const node of branch.nodes) {
      const tall = room(node);
      /** @type {Spot} */
      const spot = { node, x: across + side * 16, y: at + tall / 2, side };
      places.spots.push(spot);
      fork.end = spot.y;
      beside(places, spot, node.branches, across + side * (STEP - 30), at + (tall - sum(node.branches.map(height))) / 2, side);
      at += tall;
    }
    if (branch.more) {
      fork.end = at + ROW / 2;
      places.rests.push({ branch, x: across + side * 16, y: fork.end, side });
    }
    y += height(branch);
  }
}

/**
 * @param {Places} places
 * @param {Spot} from
 * @param {number} y
 * @returns {number} where the next thing may stand
 */
function below(places, from, y) {
  const x = from.x + INDENT;
  for (const branch of from.node.branches) {
    y += ROW + GAP / 2;
    /** @type {Fork} */
    const fork = { branch, x, y, side: 1, from, end: y };
    places.forks.push(fork);
    for (const node of branch.nodes) {
      y += ROW;
      /** @type {Spot} */
      const spot = { node, x: x + 14, y, side: 1 };
      places.spots.push(spot);
      fork.end = y;
      y = below(places, spot, y);
    }
    if (branch.more) {
      y += ROW;
      fork.end = y;
      places.rests.push({ branch, x: x + 14, y, side: 1 });
    }
  }
  return y;
}

/**
 * The place that an arrow key leads to: the nearest one in its direction, straight ahead before aside.
 * @param {{ x: number, y: number }[]} places
 * @param {number} at
 * @param {string} key
 * @returns {number}
 */
export function towards(places, at, key) {
  const here = places[at];
  const upright = key === "ArrowUp" || key === "ArrowDown";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  let [best, nearest] = [at, Infinity];
  places.forEach(({ x, y }, other) => {
    const [ahead, aside] = upright ? [(y - here.y) * sign, Math.abs(x - here.x)] : [(x - here.x) * sign, Math.abs(y - here.y)];
    if (other === at || ahead <= 1) return;
    const far = ahead + aside * (upright ? 3 : 1.5);
    if (far < nearest) [best, nearest] = [other, far];
  });
  return best;
}
