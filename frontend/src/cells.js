/** One term of an answer, as people read it. */

import { h } from "./dom.js";
import { target } from "./links.js";
import { shorten } from "./prefixes.js";

/**
 * What showing an answer takes.
 * @typedef {object} Context
 * @property {import("./words.js").Say} say
 * @property {string} language of the page
 * @property {{ base: string, root: string, language: string }} site
 * @property {[string, string][]} prefixes
 * @property {import("./labels.js").Labels} labels
 */

/** @typedef {import("./ask.js").Term} Term */

/**
 * The plain text of a term: a label where there is one.
 * @param {Term | undefined} term
 * @param {Context} context
 */
export function textOf(term, { labels, prefixes }) {
  if (!term) return "";
  if (term.type === "uri") return labels.get(term.value)?.text ?? bare(shorten(term.value, prefixes));
  if (term.type === "bnode") return `_:${term.value}`;
  if (term.type === "triple") return "<<…>>";
  return term.value;
}

/** @param {string} text */
const bare = (text) => text.replace(/^<|>$/g, "");

/**
 * A term as an element: an IRI with its label and a link, a text with its language.
 * @param {Term | undefined} term
 * @param {Context} context
 * @param {boolean} [labelled] whether the label of an IRI is told, which may be in a column of its own
 * @returns {(Node | string)[]}
 */
export function shown(term, context, labelled = true) {
  if (!term) return [];
  if (term.type === "uri") return thing(term.value, context, labelled);
  const language = term["xml:lang"];
  // The style sheet says the language of whatever is marked as another one.
  return language && language !== context.language ? [h("span", { lang: language }, term.value)] : [textOf(term, context)];
}

/**
 * @param {string} iri
 * @param {Context} context
 * @param {boolean} labelled
 */
function thing(iri, context, labelled) {
  const label = labelled ? context.labels.get(iri) : undefined;
  const short = bare(shorten(iri, context.prefixes));
  const to = target(iri, context.site);
  const foreign = label && label.language && label.language !== context.language ? label.language : null;
  const name = h("span", label ? { lang: foreign } : { class: "iri" }, label ? label.text : short);
  const link = to ? h("a", { href: to.href, title: iri, class: to.external && "external", rel: to.external && "noopener nofollow" }, name) : name;
  return label ? [link, " ", h("span", { class: "iri" }, short)] : [link];
}

const NUMERIC = /#(integer|decimal|double|float|(?:unsigned|negative|positive|non|long|int|short|byte)\w*)$/;

/**
 * A literal's number, if its datatype is one.
 * @param {Term | undefined} term
 */
export function numberOf(term) {
  if (term?.type !== "literal" || !NUMERIC.test(term.datatype ?? "")) return null;
  const number = Number(term.value);
  return Number.isFinite(number) ? number : null;
}

/**
 * The years since 1970 of a date, a month or a year, so that they can be compared.
 * @param {Term | undefined} term
 */
export function dateOf(term) {
  if (term?.type !== "literal") return null;
  const typed = /#(date|dateTime|gYear|gYearMonth)$/.test(term.datatype ?? "");
  const found = /^(-?\d{4})(?:-(\d\d)(?:-(\d\d)(?:T[\d:.]+)?)?)?(?:Z|[+-]\d\d:\d\d)?$/.exec(term.value);
  if (!found || (!typed && !found[2])) return null;
  const [, year, month = "01", day = "01"] = found;
  return Number(year) + (Number(month) - 1) / 12 + (Number(day) - 1) / 372;
}
