/**
 * The queries of the catalogue by topic, and a form for the parameters of the one that is open.
 *
 * @typedef {"iri" | "string" | "language" | "integer" | "date"} Kind
 * @typedef {{ name: string, label: string, kind: Kind, below: string, value: string }} Parameter
 *   `below`: the namespace of an IRI that is given by its name alone
 * @typedef {object} Example
 * @property {string} slug
 * @property {string} topic
 * @property {string} title
 * @property {string} language
 * @property {string} question
 * @property {string[]} template by turns what is fixed, and the name of a parameter
 * @property {Parameter[]} parameters
 * @typedef {{ from: number, to: number, name: string }} Place
 * @typedef {Record<string, [value: string, label: string][]>} Choices
 */

import { h } from "./dom.js";
import { fold } from "./table.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";

/** @type {Record<string, RegExp>} SPARQL 1.1, rule 139 IRIREF for IRIs: absolute, and nothing that could end one. */
const FITS = {
  iri: /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]+$/,
  integer: /^[+-]?\d+$/,
  date: /^\d{4}-\d\d-\d\d$/,
  language: /^[a-z]{2,3}$/,
};

/**
 * The SPARQL term for a value of a parameter, as the server writes it; none if it is of another kind.
 * @param {Pick<Parameter, "kind" | "below">} parameter
 * @param {string} value
 * @param {Record<string, string>} [prefixes]
 */
export function termOf({ kind, below }, value, prefixes = {}) {
  const given = kind === "string" ? value : value.trim();
  const whole = kind === "iri" ? expanded(given.replace(/^<|>$/g, ""), below, prefixes) : given;
  if (FITS[kind] && !FITS[kind].test(whole)) return null;
  if (kind === "iri") return `<${whole}>`;
  if (kind === "integer") return whole;
  return quoted(whole) + (kind === "date" ? `^^<${XSD}date>` : "");
}

/** @param {string} iri @param {string} below @param {Record<string, string>} prefixes */
function expanded(iri, below, prefixes) {
  const [, name, rest] = /^([^:]*):(?!\/\/)(.*)$/s.exec(iri) ?? [];
  if (name !== undefined && Object.hasOwn(prefixes, name)) return prefixes[name] + rest;
  return iri.includes(":") ? iri : below + iri;
}

/** @param {string} text */
const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;

/**
 * An example as a text, and the places that its parameters have in it.
 * @param {Example} example
 * @returns {{ text: string, places: Place[] }}
 */
export function written({ template, parameters }) {
  const terms = new Map(parameters.map((parameter) => [parameter.name, termOf(parameter, parameter.value) ?? ""]));
  /** @type {Place[]} */
  const places = [];
  let text = "";
  template.forEach((piece, at) => {
    const from = text.length;
    text += at % 2 ? terms.get(piece) : piece;
    if (at % 2) places.push({ from, to: text.length, name: piece });
  });
  return { text, places };
}

/**
 * An example whose labels are asked for in a language.
 * @param {Example} example
 * @param {string} language
 * @returns {Example}
 */
export function inLanguage(example, language) {
  const parameters = example.parameters.map((one) => (one.kind === "language" ? { ...one, value: language } : one));
  return { ...example, parameters };
}

const TOPICS = /** @type {const} */ (["structure", "actions", "compare", "initiatives", "people", "sdg", "takeaways", "evidence", "federated"]);

/**
 * The list of examples.
 * @param {Example[]} examples
 * @param {(example: Example) => void} open
 * @param {import("./words.js").Say} say
 * @param {string} catalogue where the whole catalogue is
 * @param {string} catalogueText
 */
export function exampleList(examples, open, say, catalogue, catalogueText) {
  const search = h("input", { type: "search", placeholder: say("find_example"), "aria-label": say("find_example") });
  const list = h("div", { class: "topics" });
  const topics = [...TOPICS, ""].map((topic) => ({
    title: say(topic ? /** @type {import("./words.js").Key} */ (`topic_${topic}`) : "topic_other"),
    own: examples.filter((one) => (topic ? one.topic === topic : !TOPICS.some((known) => known === one.topic))),
  }));

  function show() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const groups = topics.flatMap(({ title, own }) => {
      const found = own.filter((one) => words.every((word) => fold(`${one.title} ${one.question}`).includes(word)));
      if (!found.length) return [];
      const items = found.map((one) =>
        h("li", {}, h("button", { type: "button", class: "example", lang: one.language, title: one.question, onclick: () => open(one) }, one.title)),
      );
      return [h("details", { open: words.length > 0 }, h("summary", {}, title, " ", h("span", { class: "count" }, found.length)), h("ul", { role: "list" }, items))];
    });
    list.replaceChildren(...(groups.length ? groups : [h("p", { class: "hint" }, say("no_example"))]));
  }

  search.addEventListener("input", show);
  show();
  return [h("h2", { id: "examples" }, say("examples")), search, list, h("p", {}, h("a", { href: catalogue }, `${catalogueText} →`))];
}

/**
 * A form that puts values into the text of an example.
 * @param {Example} example
 * @param {object} options
 * @param {import("./words.js").Say} options.say
 * @param {(name: string, term: string) => void} options.fill
 * @param {Promise<Choices>} options.choices
 * @param {Promise<Record<string, string>>} options.prefixes
 */
export function parameterForm(example, { say, fill, choices, prefixes }) {
  /** @type {Record<string, string>} */
  let known = {};
  prefixes.then((found) => (known = found));
  const last = ({ kind = "" }) => Number(kind === "language");
  const fields = [...example.parameters].sort((a, b) => last(a) - last(b)).map((parameter) => {
    const put = (/** @type {HTMLInputElement | HTMLSelectElement} */ element) => {
      const term = termOf(parameter, element.value, known);
      if (element instanceof HTMLInputElement) element.setCustomValidity(term ? "" : say(/** @type {import("./words.js").Key} */ (`fill_${parameter.kind}`)));
      if (term) fill(parameter.name, term);
    };
    return h("label", {}, h("span", {}, parameter.label), field(parameter, put, choices));
  });
  return h("fieldset", { class: "parameters" }, h("legend", { lang: example.language }, example.title), h("p", { class: "question", lang: example.language }, example.question), fields);
}

/**
 * What takes the value of a parameter: a list of what may be chosen once that has come, if anything is offered.
 * @param {Parameter} parameter
 * @param {(element: HTMLInputElement | HTMLSelectElement) => void} put
 * @param {Promise<Choices>} choices
 */
function field({ name, kind, value }, put, choices) {
  const type = kind === "date" ? "date" : "text";
  const input = h("input", { type, "data-name": name, value, inputmode: kind === "integer" && "numeric", spellcheck: "false", onchange: () => put(input) });
  const place = h("span", { class: "field" }, input);
  choices.then(({ [name]: offered }) => {
    if (!offered?.some(([one]) => one === value)) return;
    const focused = input.ownerDocument.activeElement === input;
    const select = h("select", { "data-name": name, onchange: () => put(select) }, offered.map(([one, label]) => h("option", { value: one }, label)));
    select.value = value;
    place.replaceChildren(select);
    if (focused) select.focus();
  }, () => {});
  return place;
}
