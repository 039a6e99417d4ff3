/**
 * What is wrong in a query, where, and how it is mended.
 *
 * @typedef {import("./prefixes.js").Change} Change
 * @typedef {{ label: string, changes: Change[] }} Remedy
 * @typedef {{ from: number, to: number, message: string, severity: "error" | "warning", remedies: Remedy[] }} Fault
 */

import { declaration, missing } from "./prefixes.js";
import { tokenize } from "./tokens.js";

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
