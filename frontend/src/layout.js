/**
 * Places for the nodes of a graph, so that what is linked stands together. The same graph always looks the same.
 *
 * Springs along links, repulsion between all (Fruchterman and Reingold 1991), a slight pull to the middle.
 * @param {number} count
 * @param {[number, number][]} edges
 * @param {{ width: number, height: number, rounds?: number }} size
 * @returns {[number, number][]}
 */
export function layout(count, edges, { width, height, rounds = 300 }) {
  const ideal = 0.8 * Math.sqrt((width * height) / Math.max(1, count));
  /** @type {[number, number][]} */
  const places = Array.from({ length: count }, (_, at) => {
    // A sunflower: no two nodes on one spot, no order that shows.
    const [radius, angle] = [Math.sqrt((at + 0.5) / count) / 2, at * 2.399963];
    return [width * (0.5 + 0.9 * radius * Math.cos(angle)), height * (0.5 + 0.9 * radius * Math.sin(angle))];
  });
  for (let round = 0; round < rounds; round++) {
    // What hangs loosely must not drift away from the rest; names are wide, so there is less room above than beside.
    const moves = places.map(([x, y]) => [(width / 2 - x) * 0.22, (height / 2 - y) * 0.3]);
    const push = (/** @type {number} */ at, /** @type {number} */ x, /** @type {number} */ y) => {
      moves[at][0] += x;
      moves[at][1] += y;
    };
    for (let one = 0; one < count; one++) {
      for (let other = 0; other < one; other++) {
        const [dx, dy] = [places[one][0] - places[other][0], places[one][1] - places[other][1]];
        const square = Math.max(1, dx * dx + dy * dy);
        const force = (ideal * ideal) / square;
        push(one, dx * force, dy * force);
        push(other, -dx * force, -dy * force);
      }
    }
    for (const [one, other] of edges) {
      const [dx, dy] = [places[one][0] - places[other][0], places[one][1] - places[other][1]];
      const force = Math.hypot(dx, dy) / ideal;
      push(one, -dx * force, -dy * force);
      push(other, dx * force, dy * force);
    }
    const heat = (width / 8) * (1 - round / rounds) ** 1.5 + 1;
    places.forEach((place, at) => {
      const [x, y] = moves[at];
      const length = Math.hypot(x, y) || 1;
      place[0] += (x / length) * Math.min(length, heat);
      place[1] += (y / length) * Math.min(length, heat);
    });
  }
  return places;
}

/** @typedef {{ x: number, y: number, anchor: "start" | "end" | "middle", free: boolean }} Spot */

/**
 * Where the names of nodes are written: right of a node, left of it, above or below, wherever nothing is yet.
 *
 * Those named first choose first. What finds no room is not `free`: it can only be read while it is looked at.
 * @param {[number, number][]} places
 * @param {string[]} names
 * @param {{ width: number, height: number }} size
 * @returns {Spot[]}
 */
export function spots(places, names, { width, height }) {
  /** @type {[number, number, number, number][]} */
  const taken = places.map(([x, y]) => [x - 7, y - 7, x + 7, y + 7]);
  return places.map(([x, y], at) => {
    const long = names[at].length * 6.3;
    /** @type {Spot[]} */
    const tries = [
      { x: x + 13, y: y + 4, anchor: "start", free: true },
      { x: x - 13, y: y + 4, anchor: "end", free: true },
      { x, y: y - 13, anchor: "middle", free: true },
      { x, y: y + 21, anchor: "middle", free: true },
    ];
    for (const spot of tries) {
      const left = spot.anchor === "start" ? spot.x : spot.anchor === "end" ? spot.x - long : spot.x - long / 2;
      const [top, right, bottom] = [spot.y - 10, left + long, spot.y + 3];
      const inside = left > 0 && right < width && top > 0 && bottom < height;
      if (!inside || taken.some(([l, t, r, b]) => left < r && right > l && top < b && bottom > t)) continue;
      taken.push([left, top, right, bottom]);
      return spot;
    }
    return { ...tries[x > width / 2 ? 1 : 0], free: false };
  });
}
