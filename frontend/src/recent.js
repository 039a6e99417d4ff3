/** The queries that were asked last in this browser. They stay in it: the server is told nothing of them. */

const KEY = "policygraph.queries";

/** As many are kept, and as many letters of them together. */
const MOST = { queries: 30, letters: 200_000 };

/** The queries, the last one first. @returns {string[]} */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // a browser may forbid it, or somebody else wrote there
  }
}

/** Keep a query as the last one. @param {string} query */
export function keepRecent(query) {
  const all = [query, ...recent().filter((one) => one.trim() !== query.trim())].slice(0, MOST.queries);
  let letters = 0;
  write(all.filter((one) => (letters += one.length) <= MOST.letters));
}

export function forgetRecent() {
  write([]);
}

/** @param {string[]} queries */
function write(queries) {
  try {
    if (queries.length) localStorage.setItem(KEY, JSON.stringify(queries));
    else localStorage.removeItem(KEY);
  } catch {
    // Then nothing is kept.
  }
}

/**
 * What a query is called in a list: its first comment, else what it selects.
 * @param {string} query
 */
export function nameOf(query) {
  const lines = query.split("\n").map((line) => line.trim());
  const comment = /^#+\s*(\S.*)$/.exec(lines.find(Boolean) ?? "")?.[1];
  const rest = lines.filter((line) => line && !/^(#|prefix\b|base\b)/i.test(line)).join(" ").replace(/\s+/g, " ");
  const name = comment ?? rest;
  return name.length > 90 ? `${name.slice(0, 89)}…` : name;
}
