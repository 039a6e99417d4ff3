/**
 * The queries of the catalogue by topic, and a form for the parameters of the one that is open.
 *
 * @typedef {{ name: string, label: string, value: string }} Parameter
 * @typedef {{ slug: string, topic: string, title: string, language: string, question: string, text: string, parameters: Parameter[] }} Example
 */

import { h } from "./dom.js";
import { fold } from "./table.js";
import { tokenize } from "./tokens.js";

/**
 * A text in which one term stands for another, wherever it is a word of its own.
 * @param {string} text
 * @param {string} old
 * @param {string} value
 */
export function replaced(text, old, value) {
  let result = "";
  let at = 0;
  for (const token of tokenize(text)) {
    if (token.text !== old) continue;
    result += text.slice(at, token.from) + value;
    at = token.to;
  }
  return result + text.slice(at);
}

/**
 * The SPARQL term for what was filled in, of the kind that the example has; none if it does not fit.
 * @param {string} example
 * @param {string} value
 */
export function termLike(example, value) {
  const trimmed = value.trim();
  if (example.startsWith("<")) return /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]+$/.test(trimmed) ? `<${trimmed}>` : null;
  if (/^[+-]?\d+$/.test(example)) return /^[+-]?\d+$/.test(trimmed) ? trimmed : null;
  const datatype = /^"(?:[^"\\]|\\.)*"(\^\^<[^>]*>|@[A-Za-z-]+)?$/.exec(example)?.[1] ?? "";
  if (/#date>$/.test(datatype) && !/^\d{4}-\d\d-\d\d$/.test(trimmed)) return null;
  return `${JSON.stringify(value)}${datatype}`;
}

/** What a term says, without its marks. @param {string} term */
export function plain(term) {
  if (term.startsWith("<")) return term.slice(1, -1);
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(term);
  return quoted ? quoted[1].replace(/\\(.)/g, "$1") : term;
}

/**
 * An example whose labels are asked for in a language.
 * @param {Example} example
 * @param {string} language
 * @returns {Example}
 */
export function inLanguage(example, language) {
  const parameter = example.parameters.find(({ name, value }) => name === "language" && /^"[a-z]{2}"$/.test(value));
  if (!parameter) return example;
  const value = `"${language}"`;
  const parameters = example.parameters.map((one) => (one === parameter ? { ...one, value } : one));
  return { ...example, text: replaced(example.text, parameter.value, value), parameters };
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
 * @param {() => string} options.text
 * @param {(text: string) => void} options.change
 * @param {(namespace: string) => Promise<import("./completion.js").Found[]>} options.below the things of a namespace
 */
export function parameterForm(example, { text, change, below }) {
  const last = ({ name = "" }) => Number(name === "language");
  const fields = [...example.parameters].sort((a, b) => last(a) - last(b)).map((parameter) => {
    let current = parameter.value;
    const put = (/** @type {string} */ value) => {
      const term = termLike(parameter.value, value);
      if (!term) return false;
      change(replaced(text(), current, term));
      current = term;
      return true;
    };
    return h("label", {}, h("span", {}, parameter.label), field(parameter, put, below));
  });
  return h("fieldset", { class: "parameters" }, h("legend", { lang: example.language }, example.title), h("p", { class: "question", lang: example.language }, example.question), fields);
}

/**
 * @param {Parameter} parameter
 * @param {(value: string) => boolean} put
 * @param {(namespace: string) => Promise<import("./completion.js").Found[]>} below
 */
function field({ name, value }, put, below) {
  const now = plain(value);
  if (value.startsWith("<")) {
    const element = h("select", { name }, h("option", { value: now }, now));
    below(now.slice(0, now.lastIndexOf("/") + 1)).then((things) => {
      if (!things.some(({ iri }) => iri === now)) return;
      element.replaceChildren(...things.map(({ iri, label }) => h("option", { value: iri }, label)));
      element.value = now;
    });
    element.addEventListener("change", () => put(element.value));
    return element;
  }
  if (name === "language") {
    const element = h("select", { name }, ["nl", "en", "fr"].map((code) => h("option", { value: code }, code)));
    element.value = now;
    element.addEventListener("change", () => put(element.value));
    return element;
  }
  const type = /#date>$/.test(value) ? "date" : /^[+-]?\d+$/.test(value) ? "number" : "text";
  const element = h("input", { type, name, value: now });
  element.addEventListener("change", () => element.setCustomValidity(put(element.value) ? "" : value));
  return element;
}
