/**
 * What may be typed next: keywords, variables, and what this graph has - prefixes, classes, properties, things by name.
 *
 * @typedef {{ iri: string, label: string, count: number, note?: string, of?: number[] }} Known
 * @typedef {{ prefixes: Record<string, string>, classes: Known[], properties: Known[] }} Terms
 * @typedef {{ iri: string, label: string }} Found
 * @typedef {object} Option
 * @property {string} label what is inserted
 * @property {string} detail
 * @property {"keyword" | "variable" | "class" | "property" | "thing" | "prefix" | "function"} kind
 * @property {string} [info]
 * @property {string} [iri] whose prefix is declared if it is not yet
 */

import { declared, shorten } from "./prefixes.js";
import { fold } from "./table.js";
import { classesOf, placeAtEnd, variables } from "./tokens.js";

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

const BLOCKS = "OPTIONAL FILTER BIND VALUES UNION MINUS GRAPH SERVICE".split(" ");
const OUTSIDE = "SELECT CONSTRUCT DESCRIBE ASK PREFIX BASE DISTINCT WHERE FROM LIMIT OFFSET".split(" ").concat("GROUP BY", "HAVING", "ORDER BY", "FROM NAMED");
const FUNCTIONS = (
  "STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER " +
  "YEAR MONTH DAY NOW COALESCE IF STRLANG STRDT isIRI isBLANK isLITERAL isNUMERIC SUBSTR REPLACE REGEX COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT"
).split(" ");
const OPERATORS = "AS DISTINCT EXISTS NOT IN".split(" ");

/** The word before a place: what a completion replaces. @param {string} before */
export function wordBefore(before) {
  return /(?:<[^<>"{}|^`\\\s]*|[?$]?[\p{L}\p{N}_:.%-]*)$/u.exec(before)?.[0] ?? "";
}

/**
 * How well a term fits what was typed: 0 is best, -1 is not at all. Typed may be the prefixed name, the local name or words of the label.
 * @param {string} typed
 * @param {string} short
 * @param {string} label
 */
export function fit(typed, short, label) {
  if (!typed) return 5;
  const wanted = fold(typed);
  const name = fold(short);
  const local = name.slice(name.indexOf(":") + 1);
  if (name.startsWith(wanted)) return 0;
  if (local.startsWith(wanted)) return 1;
  const words = fold(label);
  if (words.startsWith(wanted)) return 2;
  if (words.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 3;
  if (!wanted.includes(":") && wanted.length > 2 && (local.includes(wanted) || words.includes(wanted))) return 4;
  return -1;
}

/**
 * What may stand where the text ends. `more` tells that things may be looked up by their name as well.
 * @param {string} before the text up to the cursor
 * @param {string} text the whole text
 * @param {Terms} terms
 * @param {import("./words.js").Say} say
 * @returns {{ from: number, options: Option[], more: string }}
 */
export function complete(before, text, terms, say) {
  const typed = wordBefore(before);
  const from = before.length - typed.length;
  const { slot, subject, predicate } = placeAtEnd(before.slice(0, from));
  const none = { from, options: [], more: "" };
  const inVariable = /^[?$]/.test(typed);
  // Without the word that is being typed.
  const known = variables(`${text.slice(0, from)} ${text.slice(before.length)}`);
  /** @type {Option[]} */
  const ofVariables = known.filter((name) => fold(name.slice(1)).startsWith(fold(typed.slice(1)))).map((name) => ({ label: name, detail: "", kind: "variable" }));
  if (inVariable) return { from, options: ofVariables, more: "" };

  if (/\bPREFIX\s+$/i.test(before.slice(0, from))) return { ...none, options: declarations(typed, terms, text, say) };
  if (slot === "prologue" || slot === "values" || slot === "graph") return none;

  const prefixes = prefixesOf(text, terms);
  /** @param {string[]} words @param {Option["kind"]} kind @returns {Option[]} */
  const words = (words, kind) =>
    words.filter((word) => !typed.includes(":") && word.toLowerCase().startsWith(typed.toLowerCase())).map((label) => ({ label, detail: "", kind }));
  if (slot === "outside" || slot === "select") {
    return { ...none, options: [...(typed ? [] : ofVariables), ...words(slot === "select" ? ["DISTINCT", "WHERE", "FROM", "COUNT", "AS", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT", "SAMPLE"] : OUTSIDE, "keyword")] };
  }
  if (slot === "after") return { ...none, options: words(BLOCKS, "keyword") };
  if (slot === "expression") {
    const more = typed.length > 2 ? typed : "";
    return { from, options: [...(typed ? [] : ofVariables), ...words(FUNCTIONS, "function"), ...words(OPERATORS, "keyword")], more };
  }
  if (slot === "predicate") {
    const classes = classesOf(text, subject).map((name) => terms.classes.findIndex(({ iri }) => shorten(iri, prefixes) === name));
    /** @type {Option[]} */
    const a = !typed || typed === "a" ? [{ label: "a", detail: say("class"), kind: "keyword" }] : [];
    return { ...none, options: [...a, ...named(terms.properties, typed, prefixes, "property", say, (term) => (classes.length && term.of?.some((at) => classes.includes(at)) ? 1 : 0))] };
  }
  if (slot === "object" && (predicate === "a" || predicate === "rdf:type" || predicate === `<${RDF_TYPE}>`)) {
    return { ...none, options: named(terms.classes, typed, prefixes, "class", say) };
  }
  const more = typed.length > 2 && !typed.startsWith("<") ? typed : "";
  return { from, more, options: [...(typed ? [] : ofVariables), ...(slot === "subject" ? words(BLOCKS, "keyword") : [])] };
}

/** The prefixes of a text, and those that are usual here: the text's own count first. @param {string} text @param {Terms} terms @returns {[string, string][]} */
export function prefixesOf(text, { prefixes }) {
  const own = declared(text);
  return [...own, ...Object.entries(prefixes).filter(([name]) => !own.has(name))];
}

/**
 * @param {Known[]} terms
 * @param {string} typed
 * @param {[string, string][]} prefixes
 * @param {"class" | "property"} kind
 * @param {import("./words.js").Say} say
 * @param {(term: Known) => number} [better]
 * @returns {Option[]}
 */
function named(terms, typed, prefixes, kind, say, better = () => 0) {
  return terms
    .map((term) => ({ term, short: shorten(term.iri, prefixes) }))
    .map((one) => ({ ...one, rank: fit(typed, one.short, one.term.label) - better(one.term) * 0.5 }))
    .filter(({ rank }) => rank >= -0.5)
    .sort((a, b) => a.rank - b.rank || b.term.count - a.term.count)
    .slice(0, 100)
    .map(({ term, short }) => ({
      label: short,
      detail: term.label === short ? "" : term.label,
      kind,
      iri: term.iri,
      info: [term.note, say("used", { n: term.count })].filter(Boolean).join("\n"),
    }));
}

/** @param {string} typed @param {Terms} terms @param {string} text @param {import("./words.js").Say} say @returns {Option[]} */
function declarations(typed, { prefixes }, text, say) {
  const own = declared(text);
  return Object.entries(prefixes)
    .filter(([name]) => name.startsWith(typed.replace(/:$/, "")) && !own.has(name))
    .map(([name, iri]) => ({ label: `${name}: <${iri}>`, detail: say("prefix"), kind: "prefix" }));
}

/**
 * Things as options, shortest names first.
 * @param {Found[]} found
 * @param {[string, string][]} prefixes
 * @param {import("./words.js").Say} say
 * @returns {Option[]}
 */
export function ofThings(found, prefixes, say) {
  return found.map(({ iri, label }) => ({ label: shorten(iri, prefixes), detail: label, kind: "thing", iri, info: say("thing") }));
}

/**
 * The query that finds things by a word of their name.
 * @param {string} words
 */
export function thingQuery(words) {
  const text = JSON.stringify(fold(words));
  return `SELECT DISTINCT ?thing ?label WHERE {
  VALUES ?name { <http://www.w3.org/2004/02/skos/core#prefLabel> <http://www.w3.org/2000/01/rdf-schema#label> }
  ?thing ?name ?label
  FILTER(isIRI(?thing) && CONTAINS(LCASE(STR(?label)), ${text}))
} ORDER BY STRLEN(STR(?label)) ?label LIMIT 40`;
}
