/**
 * Proposes things while a reader types into a search field (the combobox of the ARIA practices); `/` leads to the field.
 *
 * Everything also goes without: the field is part of a form that leads to the page of results.
 *
 * @typedef {{ label: string, labelLanguage: string, kindLabel: string, url: string | null, document?: { label: string } }} Result
 */

import { h } from "./dom.js";

const PROPOSED = 7;
/** Milliseconds without a key before the server is asked. */
const PAUSE = 120;
/** Readers can turn the key off, on the page of results (WCAG 2.1.4). */
const SLASH = "policygraph.slash";

let fields = 0;

for (const form of document.querySelectorAll("form[data-suggested]")) {
  const input = form.querySelector("input[name=q]");
  if (input) propose(/** @type {HTMLFormElement} */ (form), /** @type {HTMLInputElement} */ (input));
}
leadToField();

/**
 * Proposes things below a field.
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 */
function propose(form, input) {
  const name = `suggested-${++fields}`;
  const list = h("ul", { id: name, class: "suggested", role: "listbox", hidden: true, "aria-label": form.dataset["suggested"] });
  const told = h("p", { class: "hidden", role: "status" });
  form.append(list, told);
  for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": name })) {
    input.setAttribute(key, value);
  }
  let timer = 0;
  let asked = 0;
  let at = -1;

  function close() {
    asked++;
    list.hidden = true;
    told.textContent = "";
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  /** @param {number} next */
  function choose(next) {
    at = next;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    if (!input.value.trim()) return close();
    const own = ++asked;
    const fields = new URLSearchParams([...new FormData(form)].map(([key, value]) => [key, String(value)]));
    fields.set("size", String(PROPOSED));
    const address = new URL(form.action);
    const response = await fetch(`${address.pathname}.json?${fields}`).catch(() => null);
    if (own !== asked || !response?.ok) return;
    const { total, results } = await response.json();
    if (own === asked) show(total, results);
  }

  /**
   * @param {number} total
   * @param {Result[]} results
   */
  function show(total, results) {
    const options = results.filter((result) => result.url).map(option);
    const all = (form.dataset["all"] ?? "").replace("{n}", total.toLocaleString(document.documentElement.lang));
    told.textContent = all;
    if (total > options.length) options.push(h("li", { role: "option", onclick: () => form.requestSubmit() }, all));
    options.forEach((one, place) => (one.id = `${name}-${place}`));
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    choose(-1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown" && input.value.trim()) void ask();
      return;
    }
    const options = list.children.length;
    if (event.key === "ArrowDown") choose(at + 1 < options ? at + 1 : -1);
    else if (event.key === "ArrowUp") choose(at < 0 ? options - 1 : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) /** @type {HTMLElement} */ (list.children[at]).click();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // A press on a proposal must not take the focus, and so the list, away before it is a click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

/**
 * A thing that is proposed: its name, and what it is.
 * @param {Result} result
 */
function option(result) {
  const what = result.document ? `${result.kindLabel} · ${result.document.label}` : result.kindLabel;
  return h(
    "li",
    { role: "option", onclick: () => location.assign(result.url ?? "") },
    h("bdi", { lang: result.labelLanguage }, result.label),
    h("span", {}, what),
  );
}

/** Lets the key `/` lead to the field, unless the reader does not want that. */
function leadToField() {
  const input = /** @type {HTMLInputElement | null} */ (document.querySelector("form[data-suggested] input[name=q]"));
  if (!input) return;
  let wanted = kept() !== "off";
  const setting = document.querySelector("#slash");
  const box = /** @type {HTMLInputElement | null | undefined} */ (setting?.querySelector("input"));
  if (setting && box) {
    setting.removeAttribute("hidden");
    box.checked = wanted;
    box.addEventListener("change", () => {
      wanted = box.checked;
      keep(wanted ? "on" : "off");
      tell();
    });
  }
  const tell = () => (wanted ? input.setAttribute("aria-keyshortcuts", "/") : input.removeAttribute("aria-keyshortcuts"));
  tell();
  document.addEventListener("keydown", (event) => {
    // Where the key was pressed, also within the query editor's shadow root, of which the event only tells the host.
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (!wanted || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

/** What was kept; a browser may refuse to keep anything. */
function kept() {
  try {
    return localStorage.getItem(SLASH);
  } catch {
    return null;
  }
}

/** @param {string} value */
function keep(value) {
  try {
    localStorage.setItem(SLASH, value);
  } catch {
    // Then it holds for this page.
  }
}
