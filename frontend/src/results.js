/**
 * An answer on a page, in the views that suit it: table, chart, graph, raw.
 *
 * It needs no editor: whatever has an answer can show it.
 *
 * @typedef {import("./cells.js").Context} Context
 * @typedef {import("./ask.js").Answer} Answer
 * @typedef {"table" | "chart" | "graph" | "raw"} View
 */

import { chart, natures, suggest } from "./chart.js";
import { h } from "./dom.js";
import { graph, linksOf } from "./graph.js";
import { table } from "./table.js";

/** Letters of an answer that the raw view shows. */
const RAW = 200_000;

/**
 * What an answer counts, in words.
 * @param {Answer} answer
 * @param {import("./words.js").Say} say
 */
export function counted(answer, say) {
  if (answer.form === "boolean") return "";
  const n = answer.form === "rows" ? answer.rows.length : answer.triples.length;
  if (answer.form === "rows") return n === 1 ? say("row") : say("rows", { n });
  return n === 1 ? say("statement") : say("statements", { n });
}

/**
 * The views that an answer has, the best one first.
 * @param {Answer} answer
 * @returns {View[]}
 */
export function viewsOf(answer) {
  if (answer.form === "boolean") return [];
  if (answer.form === "graph") return linksOf(answer).length ? ["table", "graph", "raw"] : ["table", "raw"];
  if (!answer.rows.length) return [];
  /** @type {View[]} */
  const views = ["table"];
  if (suggest(natures(answer.columns, answer.rows), answer.rows)) views.push("chart");
  if (linksOf(answer).length) views.push("graph");
  return [...views, "raw"];
}

/**
 * An answer with the tabs of its views.
 * @param {Answer} answer
 * @param {Context} context
 * @param {() => Promise<string>} rawText the answer as a format that people read
 */
export function results(answer, context, rawText) {
  const { say } = context;
  if (answer.form === "boolean") return h("p", { class: "boolean" }, say(answer.value ? "yes" : "no"));
  const views = viewsOf(answer);
  if (!views.length) return h("p", { class: "hint" }, say("no_rows"));
  const panel = h("div", { role: "tabpanel", id: "view", tabindex: -1 });
  const tabs = views.map((view) =>
    h("button", { type: "button", role: "tab", id: `view-${view}`, "aria-controls": "view", onclick: () => open(view) }, say(view)),
  );
  const bar = h("div", { role: "tablist", class: "tabs", "aria-label": say("views") }, tabs);
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = (at + step + tabs.length) % tabs.length;
    open(views[next]);
    tabs[next].focus();
  });

  /** @param {View} view */
  function open(view) {
    views.forEach((name, at) => {
      tabs[at].setAttribute("aria-selected", String(name === view));
      tabs[at].tabIndex = name === view ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `view-${view}`);
    panel.replaceChildren(drawn(view));
  }

  /** @param {View} view */
  function drawn(view) {
    if (view === "raw") return raw();
    if (view === "graph") return graph(answer, context);
    if (answer.form === "graph") {
      const rows = answer.triples.map(([s, p, o]) => ({ s, p, o }));
      return table(["s", "p", "o"], rows, context, [say("subject"), say("predicate"), say("object")]);
    }
    if (answer.form !== "rows") return h("p");
    return view === "chart" ? chart(answer.columns, answer.rows, context) : table(answer.columns, answer.rows, context);
  }

  function raw() {
    const text = h("pre", { class: "turtle", tabindex: 0 });
    const cut = (/** @type {string} */ whole) => (whole.length > RAW ? `${whole.slice(0, RAW)}\n…` : whole);
    rawText().then(
      (whole) => (text.textContent = cut(whole)),
      (error) => (text.textContent = String(error.message)),
    );
    return text;
  }

  open(views[0]);
  return h("div", { class: "views" }, bar, panel);
}
