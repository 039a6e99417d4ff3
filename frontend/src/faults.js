/**
 * What is wrong in a query, where, and how it is mended.
 *
 * @typedef {import("./prefixes.js").Change} Change
 * @typedef {{ label: string, changes: Change[] }} Remedy
 * @typedef {{ from: number, to: number, message: string, severity: "error" | "warning", remedies: Remedy[] }} Fault
 */

import { alike, declaration, declared, missing } from "./prefixes.js";
import { placeAtEnd, tokenize } from "./tokens.js";

/** The list of terms may have been cut there; then what is not in it is not known to be missing. */
const WHOLE = 1000;

/**
 * What can be told of a text without asking: prefixes that nobody declared, and terms that the graph does not use.
 * @param {string} text
 * @param {import("./completion.js").Terms} terms
 * @param {import("./words.js").Say} say
 * @returns {Fault[]}
 */
export function found(text, terms, say) {
  return [...undeclared(text, terms.prefixes, say), ...unused(text, terms, say)];
}

/**
 * Classes and properties of our own namespace that stand in a text and nowhere in the graph, with those that are spelt alike.
 * @param {string} text
 * @param {import("./completion.js").Terms} terms
 * @param {import("./words.js").Say} say
 * @returns {Fault[]}
 */
export function unused(text, { prefixes, classes, properties }, say) {
  const namespace = prefixes.pg;
  if (!namespace || Math.max(classes.length, properties.length) >= WHOLE) return [];
  const own = declared(text);
  return tokenize(text).flatMap(({ kind, text: word, from, to }) => {
    const colon = word.indexOf(":");
    const iri = kind === "iri" ? word.slice(1, -1) : kind === "name" ? (own.get(word.slice(0, colon)) ?? "") + word.slice(colon + 1) : "";
    if (!iri.startsWith(namespace) || iri === namespace) return [];
    const { slot, predicate } = placeAtEnd(text.slice(0, from));
    const known = slot === "predicate" ? properties : slot === "object" && predicate === "a" ? classes : null;
    if (!known || known.some((one) => one.iri === iri)) return [];
    const local = iri.slice(namespace.length);
    const near = known.flatMap((one) => (one.iri.startsWith(namespace) && close(local, one.iri.slice(namespace.length)) ? [one] : [])).slice(0, 3);
    const remedies = near.map((one) => {
      const name = one.iri.slice(namespace.length);
      return { label: say("use_term", { name, label: one.label }), changes: [{ from: to - local.length - Number(kind === "iri"), to: to - Number(kind === "iri"), insert: name }] };
    });
    return [{ from, to, severity: /** @type {const} */ ("warning"), message: say(slot === "predicate" ? "no_such_property" : "no_such_class", { name: word }), remedies }];
  });
}

/** Whether a term may have been meant: spelt alike, or the longer or shorter name of the same. @param {string} one @param {string} other */
function close(one, other) {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return alike(a, b) || (a.length > 3 && b.length > 3 && (a.includes(b) || b.includes(a)));
}

/**
 * Prefixes that are used and not declared.
 * @param {string} text
 * @param {Record<string, string>} usual
 * @param {import("./words.js").Say} say
 * @returns {Fault[]}
 */
export function undeclared(text, usual, say) {
  return missing(text, usual).map(({ name, from, to, iri, near }) => ({
    from,
    to,
    severity: "warning",
    message: say("undeclared", { name }),
    remedies: iri
      ? [{ label: say("declare", { name, iri }), changes: [declaration(text, name, iri)] }]
      : near.map((other) => ({ label: say("use_near", { name: other }), changes: renamed(text, name, other, usual) })),
  }));
}

/**
 * One prefix put in the place of another, and declared if it has to be.
 * @param {string} text
 * @param {string} name
 * @param {string} other
 * @param {Record<string, string>} usual
 * @returns {Change[]}
 */
function renamed(text, name, other, usual) {
  const uses = tokenize(text).filter((token) => token.kind === "name" && token.text.startsWith(`${name}:`));
  const changes = uses.map(({ from }) => ({ from, to: from + name.length, insert: other }));
  const lacks = missing(`${text}\n${other}:x`, usual).some((one) => one.name === other);
  const iri = usual[other];
  return lacks && iri ? [declaration(text, other, iri), ...changes] : changes;
}

/**
 * The fault that the server found, at the word where it stands.
 * @param {string} text
 * @param {import("./ask.js").Problem} problem
 * @param {Record<string, string>} usual
 * @param {import("./words.js").Say} say
 * @returns {Fault | null}
 */
export function refused(text, { line, column, detail }, usual, say) {
  if (!line || !column) return null;
  const at = offset(text, line, column);
  const word = tokenize(text).find((token) => token.from <= at && at < token.to);
  const known = undeclared(text, usual, say).find((fault) => fault.from <= at && at <= fault.to);
  const from = word ? word.from : Math.max(0, Math.min(at, text.trimEnd().length - 1));
  return { from, to: word ? word.to : from + 1, message: detail, severity: "error", remedies: known?.remedies ?? [] };
}

/**
 * The place of a line and a column, both counted from one, columns in characters and not in UTF-16 units.
 * @param {string} text
 * @param {number} line
 * @param {number} column
 */
export function offset(text, line, column) {
  let from = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", from);
    if (end < 0) return text.length;
    from = end + 1;
  }
  const end = text.indexOf("\n", from);
  const whole = text.slice(from, end < 0 ? text.length : end);
  return from + [...whole].slice(0, column - 1).join("").length;
}
