/**
 * Prefixes of a query: which are declared, which are missing, and where a declaration belongs.
 *
 * @typedef {import("./tokens.js").Token} Token
 * @typedef {{ from: number, to: number, insert: string }} Change
 * @typedef {{ name: string, from: number, to: number, iri: string, near: string[] }} Missing
 */

import { tokenize } from "./tokens.js";

/** A local name that needs no escaping (SPARQL 1.1, rule 169 PN_LOCAL, the plain part of it). */
const PLAIN = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u;

/**
 * The declarations of a text: name to IRI.
 * @param {string} text
 * @returns {Map<string, string>}
 */
export function declared(text) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const { name, iri } of declarations(tokenize(text))) found.set(name, iri);
  return found;
}

/** @param {Token[]} tokens */
function* declarations(tokens) {
  for (const [at, token] of tokens.entries()) {
    const [name, iri] = tokens.slice(at + 1, at + 3);
    if (token.kind === "word" && /^prefix$/i.test(token.text) && name?.kind === "name" && iri?.kind === "iri") {
      yield { name: name.text.slice(0, -1), iri: iri.text.slice(1, -1), from: token.from, to: iri.to, at };
    }
  }
}

/**
 * How a prefix is declared in a text: the line, and the place where it belongs.
 *
 * Declarations stay sorted where they are, behind the comments at the top.
 * @param {string} text
 * @param {string} name
 * @param {string} iri
 * @returns {Change}
 */
export function declaration(text, name, iri) {
  const line = `PREFIX ${name}: <${iri}>\n`;
  const tokens = tokenize(text);
  const known = [...declarations(tokens)];
  const later = known.find((other) => other.name > name);
  if (later) return { from: later.from, to: later.from, insert: line };
  const last = known.at(-1);
  if (last) {
    const end = text.indexOf("\n", last.to);
    return end < 0 ? { from: text.length, to: text.length, insert: `\n${line}` } : { from: end + 1, to: end + 1, insert: line };
  }
  const first = tokens.find((token) => token.kind !== "comment" && !/^base$/i.test(token.text));
  const at = first && !/^base$/i.test(tokens.find((t) => t.kind !== "comment")?.text ?? "") ? first.from : baseEnd(text, tokens);
  return { from: at, to: at, insert: `${line}${at === (first?.from ?? 0) ? "\n" : ""}` };
}

/**
 * @param {string} text
 * @param {Token[]} tokens
 */
function baseEnd(text, tokens) {
  const iri = tokens.find((token) => token.kind === "iri");
  const end = iri ? text.indexOf("\n", iri.to) : -1;
  return end < 0 ? 0 : end + 1;
}

/**
 * An IRI as short as the prefixes allow: `pg:theme`, or `<...>`.
 * @param {string} iri
 * @param {Iterable<[string, string]>} prefixes
 */
export function shorten(iri, prefixes) {
  let best = "";
  let length = 0;
  for (const [name, namespace] of prefixes) {
    if (namespace.length > length && iri.startsWith(namespace) && PLAIN.test(iri.slice(namespace.length))) {
      [best, length] = [`${name}:${iri.slice(namespace.length)}`, namespace.length];
    }
  }
  return best || `<${iri}>`;
}

/**
 * The prefixes that a text uses and does not declare, where each is used first.
 *
 * `iri` is what the prefix usually stands for, if that is known; `near` are known prefixes that are spelt alike.
 * @param {string} text
 * @param {Record<string, string>} usual
 * @returns {Missing[]}
 */
export function missing(text, usual) {
  const tokens = tokenize(text);
  const known = declared(text);
  const own = new Set([...declarations(tokens)].map(({ at }) => at + 1));
  /** @type {Map<string, Missing>} */
  const found = new Map();
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "name" || own.has(at)) continue;
    const before = tokens[at - 1];
    if (/^prefix$/i.test(before?.text ?? "")) continue; // being declared at this moment
    if (before?.text === "<" && before.to === token.from) continue; // an IRI that is being written
    const name = token.text.slice(0, token.text.indexOf(":"));
    if (known.has(name) || found.has(name)) continue;
    const iri = Object.hasOwn(usual, name) ? /** @type {string} */ (usual[name]) : "";
    const names = new Set([...known.keys(), ...Object.keys(usual)]);
    const near = iri ? [] : [...names].filter((other) => alike(name, other)).slice(0, 3);
    found.set(name, { name, from: token.from, to: token.to, iri, near });
  }
  return [...found.values()];
}

/**
 * Whether two names differ by a letter or two, or only by case.
 * @param {string} one
 * @param {string} other
 */
export function alike(one, other) {
  const allowed = Math.max(one.length, other.length) > 4 ? 2 : 1;
  return other !== "" && distance(one.toLowerCase(), other.toLowerCase()) <= allowed;
}

/**
 * How many letters have to be inserted, left out, replaced or swapped with their neighbour.
 * @param {string} one
 * @param {string} other
 */
export function distance(one, other) {
  const rows = Array.from({ length: one.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= other.length; j++) /** @type {number[]} */ (rows[0])[j] = j;
  for (let i = 1; i <= one.length; i++) {
    const row = /** @type {number[]} */ (rows[i]);
    const above = /** @type {number[]} */ (rows[i - 1]);
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(/** @type {number} */ (above[j]) + 1, /** @type {number} */ (row[j - 1]) + 1, /** @type {number} */ (above[j - 1]) + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        row[j] = Math.min(/** @type {number} */ (row[j]), /** @type {number} */ (rows[i - 2]?.[j - 2]) + 1);
      }
    }
  }
  return /** @type {number} */ (rows[one.length]?.[other.length]);
}
