/** An answer as a table: labels beside IRIs, columns that sort, pages for long answers, a search in it. */

import { dateOf, numberOf, shown, textOf } from "./cells.js";
import { h } from "./dom.js";

/**
 * @typedef {import("./ask.js").Row} Row
 * @typedef {import("./cells.js").Context} Context
 */

/** Rows on one page. */
export const PAGE = 100;

/** Things whose labels are asked for at once; beyond, only those of the page that is shown. */
const LABELLED = 2000;

/**
 * The rows in the order of a column: numbers and dates, then text by the alphabet of the page; what is unbound comes last.
 * Rows that are alike stay in the order of the answer.
 * @param {Row[]} rows
 * @param {string} column
 * @param {boolean} down
 * @param {Context} context
 */
export function sorted(rows, column, down, context) {
  const keys = rows.map((row) => {
    const term = row[column];
    return { row, bound: !!term, number: numberOf(term) ?? dateOf(term), text: textOf(term, context) };
  });
  // Most texts occur many times: each is placed in the alphabet once.
  const collator = new Intl.Collator(context.language, { numeric: true, sensitivity: "base" });
  const texts = [...new Set(keys.flatMap(({ number, text }) => (number === null ? [text] : [])))].sort(collator.compare);
  let last = 0;
  const places = new Map(texts.map((text, at) => [text, (last += Number(at > 0 && collator.compare(texts[at - 1], text) !== 0))]));
  /** @type {(one: typeof keys[0], other: typeof keys[0]) => number} */
  const order = (one, other) => {
    if (one.number !== null && other.number !== null) return one.number - other.number;
    if (one.number !== null || other.number !== null) return one.number !== null ? -1 : 1;
    return (places.get(one.text) ?? 0) - (places.get(other.text) ?? 0);
  };
  keys.sort((one, other) => (one.bound && other.bound ? (down ? -1 : 1) * order(one, other) : Number(other.bound) - Number(one.bound)));
  return keys.map(({ row }) => row);
}

/**
 * The rows in which every word occurs, in whatever column.
 * @param {Row[]} rows
 * @param {string} words
 * @param {Context} context
 */
export function matching(rows, words, context) {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  if (!wanted.length) return rows;
  return rows.filter((row) => {
    const text = fold(Object.values(row).map((term) => `${textOf(term, context)} ${term.value}`).join(" "));
    return wanted.every((word) => text.includes(word));
  });
}

/** Without capitals and accents. @param {string} text */
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * A table of rows, in an element that keeps itself up to date.
 * @param {string[]} columns
 * @param {Row[]} rows
 * @param {Context} context
 * @param {string[]} [heads] what the columns are called, if not by their names
 */
export function table(columns, rows, context, heads = columns) {
  const { say } = context;
  const numeric = new Set(columns.filter((column) => rows.some((row) => row[column]) && rows.every((row) => !row[column] || numberOf(row[column]) !== null)));
  let order = { column: "", down: false };
  let words = "";
  let page = 0;
  /** @type {Row[] | null} The rows in their order, until that, or a label, changes. */
  let all = null;

  const body = h("tbody");
  const status = h("span", { class: "page-of", role: "status" });
  const previous = h("button", { type: "button", class: "quiet", onclick: () => turn(page - 1) }, say("previous"));
  const next = h("button", { type: "button", class: "quiet", onclick: () => turn(page + 1) }, say("next"));
  const search = h("input", { type: "search", placeholder: say("filter"), "aria-label": say("filter") });
  search.addEventListener("input", () => {
    words = search.value;
    all = null;
    show(0);
  });
  const sorters = columns.map((column, at) =>
    h(
      "th",
      { scope: "col", class: numeric.has(column) && "num", "aria-sort": "none" },
      h("button", { type: "button", class: "sort", title: say("sort_by", { column: heads[at] ?? column }), onclick: () => sort(column) }, heads[at] ?? column),
    ),
  );
  const scroll = h(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": say("table") },
    h("table", { class: "data" }, h("thead", {}, h("tr", {}, sorters)), body),
  );
  const pager = h("div", { class: "pager" }, status, previous, next);
  const element = h("div", { class: "table-view" }, rows.length > 10 && h("div", { class: "find" }, search), scroll, pager);

  /** @param {string} column */
  function sort(column) {
    // Up, down, and back to the order of the answer.
    if (order.column !== column) order = { column, down: false };
    else if (!order.down) order.down = true;
    else order = { column: "", down: false };
    columns.forEach((name, at) => {
      sorters[at]?.setAttribute("aria-sort", name !== order.column ? "none" : order.down ? "descending" : "ascending");
    });
    all = null;
    show(0);
  }

  /** @param {number} to */
  function turn(to) {
    show(to);
    scroll.scrollTop = 0;
    // At either end the button that was used can be used no more.
    if (document.activeElement === next && next.disabled) previous.focus();
    if (document.activeElement === previous && previous.disabled) next.focus();
  }

  function relabel() {
    if (words.trim() || order.column) all = null;
    show(page);
  }

  /** @param {number} wanted */
  function show(wanted) {
    if (!all) {
      const found = matching(rows, words, context);
      all = order.column ? sorted(found, order.column, order.down, context) : found;
    }
    page = Math.max(0, Math.min(wanted, Math.ceil(all.length / PAGE) - 1));
    const part = all.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(
      ...part.map((row) => h("tr", {}, columns.map((column) => h("td", { class: numeric.has(column) && "num" }, shown(row[column], context, !columns.includes(`${column}Label`)))))),
    );
    const many = all.length > PAGE;
    status.textContent = many
      ? say("page", { from: page * PAGE + 1, to: page * PAGE + part.length, all: all.length })
      : words.trim() ? say("filtered", { n: all.length, all: rows.length }) : "";
    previous.hidden = next.hidden = !many;
    previous.disabled = page === 0;
    next.disabled = (page + 1) * PAGE >= all.length;
    pager.hidden = !status.textContent;
    context.labels.want(things(part)).then((came) => came && relabel());
  }

  const every = things(rows);
  if (every.size <= LABELLED) context.labels.want(every).then((came) => came && relabel());
  show(0);
  return element;
}

/**
 * The IRIs in some rows.
 * @param {Row[]} rows
 */
export function things(rows) {
  return new Set(rows.flatMap((row) => Object.values(row).flatMap((term) => (term.type === "uri" ? [term.value] : []))));
}
