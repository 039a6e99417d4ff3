/**
 * The page of the endpoint: makes an editor of its form and shows answers without leaving the page.
 *
 * Without this script the form still asks, and the server shows the answer.
 */

import { ask, AskError, askText, TOO_LONG } from "./ask.js";
import { codeEditor } from "./codemirror.js";
import { thingQuery } from "./completion.js";
import { h } from "./dom.js";
import { exampleList, inLanguage, parameterForm, written } from "./examples.js";
import { refused } from "./faults.js";
import { Labels } from "./labels.js";
import { forgetRecent, keepRecent, nameOf, recent } from "./recent.js";
import { counted, results } from "./results.js";
import { snippet } from "./snippets.js";
import { formOf } from "./tokens.js";
import { sayIn } from "./words.js";

/**
 * @typedef {import("./completion.js").Terms} Terms
 * @typedef {import("./completion.js").Found} Found
 * @typedef {import("./ask.js").Problem} Problem
 */

/** Letters of an address that every server and browser takes. */
const LONGEST_ADDRESS = 8000;

/** @param {HTMLFormElement} form */
function start(form) {
  const language = document.documentElement.lang;
  const say = sayIn(language);
  const data = form.dataset;
  const path = new URL(form.action).pathname;
  const root = path.replace(/\/sparql\/?$/, "");
  const kept = new URLSearchParams(location.search).get("lang") ?? "";
  const site = { base: data.base ?? "", root, language: kept };
  /** @type {{ rows: [string, string][], graph: [string, string][] }} */
  const formats = JSON.parse(data.formats ?? "{}");
  const others = /** @type {[string, string][]} */ (
    [...new URLSearchParams(location.search)].filter(([name, value]) => value && /^(default-graph-uri|named-graph-uri|timeout)$/.test(name))
  );
  const labels = new Labels((query) => ask(path, query), language);

  /** @type {Promise<Terms> | undefined} */
  let known;
  const terms = () => (known ??= load(`${path}/terms.json?lang=${language}`).catch(() => ({ prefixes: {}, classes: [], properties: [] })));

  /** @type {Map<string, Promise<Found[]>>} */
  const searched = new Map();
  const find = (/** @type {string} */ words) => {
    const local = words.slice(words.indexOf(":") + 1);
    if (local.length < 3) return Promise.resolve([]);
    const found = searched.get(local) ?? foundBy(thingQuery(local));
    searched.set(local, found);
    return found;
  };

  /** @param {string} query @returns {Promise<Found[]>} */
  async function foundBy(query) {
    try {
      const answer = await ask(path, query);
      if (answer.form !== "rows") return [];
      /** @type {Map<string, Found & { own: boolean }>} */
      const found = new Map();
      for (const { thing, label } of answer.rows) {
        const own = label["xml:lang"] === language;
        const before = found.get(thing.value);
        if (!before || (own && !before.own)) found.set(thing.value, { iri: thing.value, label: label.value, own });
      }
      return [...found.values()];
    } catch {
      return [];
    }
  }

  // ---- the editor ----

  const area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const submit = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  const host = h("div", { class: "code" });
  area.hidden = true;
  area.after(host);
  form.querySelector("label[for=query]")?.remove();
  const parameters = h("div", { class: "parameters-of" });
  form.prepend(parameters);
  /** The form of an example offers what it can still fill in. @param {string} text @param {Set<string>} standing */
  const changed = (text, standing) => {
    area.value = text;
    const fields = /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (parameters.querySelectorAll("[data-name]"));
    if (!standing.size) parameters.replaceChildren();
    else for (const field of fields) field.disabled = !standing.has(field.dataset.name ?? "");
  };
  const editor = codeEditor({ parent: host, text: area.value, language, label: say("query"), say, terms, find, run: () => void run(), changed });
  const stop = h("button", { type: "button", class: "quiet stop", hidden: true, onclick: () => (controller?.abort(), submit.focus()) }, say("stop"));
  // Who sees reads the seconds as they pass; who listens hears only that it began and how it ended.
  const clock = h("span", { class: "clock", "aria-hidden": "true" });
  const status = h("span", { class: "hidden status", role: "status" });
  const tell = (/** @type {string} */ text) => (clock.textContent = status.textContent = text);
  submit.textContent = say("run");
  const tidy = h("button", { type: "button", class: "quiet tidy", onclick: () => editor.tidy() }, say("tidy"));
  submit.after(stop, tidy, clock, status);
  form.append(h("p", { class: "keys" }, say("keys")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });

  // ---- examples ----

  const aside = document.querySelector("aside.examples");
  const asked = h("div", { class: "topics recent" });
  if (aside) {
    load(`${path}/examples.json?lang=${language}`).then(({ examples }) => {
      const link = /** @type {HTMLAnchorElement | null} */ (aside.querySelector("p a"));
      const open = (/** @type {import("./examples.js").Example} */ chosen) => {
        const example = inLanguage(chosen, language);
        const { text, places } = written(example);
        editor.open(text, places);
        const choices = load(`${path}/choices.json?${new URLSearchParams({ query: example.slug, lang: language })}`);
        parameters.replaceChildren(parameterForm(example, { say, fill: editor.fill, choices, prefixes: terms().then((known) => known.prefixes) }));
        run({ known: true });
      };
      const [heading, ...rest] = exampleList(examples, open, say, link?.getAttribute("href") ?? `${root}/queries`, link?.dataset.text ?? "");
      aside.replaceChildren(asked, heading, ...rest);
    }, () => {});
  }
  function showRecent() {
    const kept = recent();
    const again = (/** @type {string} */ query) => (editor.set(query), void run());
    const forget = () => (forgetRecent(), showRecent());
    asked.hidden = !kept.length;
    const open = asked.querySelector("details")?.open ?? false;
    asked.replaceChildren(
      h(
        "details",
        { open },
        h("summary", {}, say("recent"), " ", h("span", { class: "count" }, kept.length)),
        h("ul", { role: "list" }, kept.map((query) => h("li", {}, h("button", { type: "button", class: "asked", title: query, onclick: () => again(query) }, nameOf(query))))),
        h("button", { type: "button", class: "quiet forget", onclick: forget }, say("forget")),
      ),
    );
  }
  showRecent();
  window.addEventListener("storage", showRecent); // another tab asked

  // ---- asking ----

  const output = h("section", { class: "output", "aria-label": say("result"), hidden: true });
  const rendered = document.querySelectorAll("[data-rendered]");
  document.querySelector("main")?.append(output);
  /** @type {AbortController | null} */
  let controller = null;

  /**
   * Ask what stands in the editor; `returning` where the address has it already, `known` where it need not be kept.
   * @param {{ returning?: boolean, known?: boolean }} [how]
   */
  async function run({ returning = false, known = returning } = {}) {
    controller?.abort();
    const own = (controller = new AbortController());
    const query = editor.text;
    const began = performance.now();
    let bytes = 0;
    const tick = () => {
      const seconds = secondsSince(began);
      clock.textContent = bytes ? say("reading", { seconds, size: size(bytes) }) : say("running", { seconds });
    };
    const timer = setInterval(tick, 100);
    tick();
    status.textContent = say("busy");
    form.classList.add("busy");
    stop.hidden = false;
    if (!returning) remember(query);
    if (!known) {
      keepRecent(query);
      showRecent();
    }
    try {
      const answer = await ask(path, query, { signal: own.signal, others, onProgress: (read) => (bytes = read) });
      clearInterval(timer);
      editor.show([]);
      await show(query, answer);
      const seconds = (answer.milliseconds / 1000).toFixed(1);
      tell([counted(answer, say), say("took", { seconds })].filter(Boolean).join(", "));
    } catch (error) {
      clearInterval(timer);
      if (controller !== own) return; // another run took over
      if (own.signal.aborted) halted(secondsSince(began));
      else await fail(query, error, bytes);
    } finally {
      if (controller === own) {
        controller = null;
        stop.hidden = true;
        form.classList.remove("busy");
      }
    }
  }

  /** Keep the query in the address of the page, so that it can be shared and gone back to. @param {string} query */
  function remember(query) {
    const address = addressOf(query);
    if (address.length < LONGEST_ADDRESS && address !== location.pathname + location.search) history.pushState(null, "", address);
  }

  /** @param {string} query */
  const addressOf = (query) => `${path}?${new URLSearchParams([["query", query], ...others, .../** @type {[string, string][]} */ (kept ? [["lang", kept]] : [])])}`;

  /** @param {string} query @param {import("./ask.js").Answer} answer */
  async function show(query, answer) {
    const context = { say, language, site, labels, prefixes: /** @type {[string, string][]} */ (Object.entries((await terms()).prefixes)) };
    const raw = () => (answer.form === "graph" ? askText(path, query, "text/turtle", others) : Promise.resolve(JSON.stringify(JSON.parse(answer.text), null, 2)));
    place(h("h2", {}, say("result"), " ", h("span", { class: "count" }, counted(answer, say))), results(answer, context, raw), downloads(query, answer.form === "graph" ? "graph" : "rows"), share(query));
  }

  /** No answer stands under a query that it does not answer. @param {string} seconds */
  function halted(seconds) {
    const text = say("stopped", { seconds });
    tell(text);
    editor.show([]);
    place(h("p", { class: "hint" }, text));
  }

  /** @param {string} query @param {unknown} error @param {number} bytes how much had come */
  async function fail(query, error, bytes) {
    // The server breaks an answer off that it cannot end, so that no part passes for the whole.
    const lost = bytes ? { title: say("broken"), detail: say("broken_detail"), status: 0 } : { title: say("unreachable"), detail: say("unreachable_detail"), status: 0 };
    const problem = error instanceof AskError ? error.problem : lost;
    await showProblem(query, problem);
  }

  /** @param {string} query @param {Problem} problem */
  async function showProblem(query, problem) {
    const long = problem.title === TOO_LONG;
    const title = long ? say("too_long") : problem.title;
    const where = problem.line === undefined ? "" : say("error_at", { line: problem.line, column: problem.column ?? 1 });
    clock.textContent = [title, where].filter(Boolean).join(". ");
    status.textContent = ""; // the problem is told whole, where it stands
    const fault = refused(query, problem, (await terms()).prefixes, say);
    editor.show(fault ? [fault] : []);
    const remedies = (fault?.remedies ?? []).map(({ label, changes }) =>
      h("button", { type: "button", class: "remedy", onclick: () => (editor.apply(changes), run()) }, label),
    );
    place(
      h(
        "div",
        { class: "problem", role: "alert" },
        h("h2", {}, title),
        where &&
          h("p", { class: "where" }, where, " ", h("button", { type: "button", class: "link", onclick: () => fault && editor.goTo(fault.from) }, say("go_there"))),
        h("pre", {}, long ? say("too_long_detail") : problem.detail),
        remedies.length > 0 && h("p", { class: "remedies" }, remedies),
      ),
      ...(long ? [downloads(query, /^[CD]/.test(formOf(query)) ? "graph" : "rows")] : []),
    );
  }

  /** @param {...Node} children */
  function place(...children) {
    for (const element of rendered) element.remove();
    output.hidden = false;
    output.replaceChildren(...children);
    // On a narrow screen the examples stand between the editor and the answer.
    if (output.getBoundingClientRect().top > innerHeight) output.scrollIntoView({ block: "start" });
  }

  /** @param {string} query @param {"rows" | "graph"} form */
  function downloads(query, form) {
    const link = (/** @type {[string, string]} */ [name, text]) => h("a", { href: `${path}?${new URLSearchParams([["query", query], ...others, ["format", name]])}`, download: `policygraph.${name}` }, text);
    return h("p", { class: "formats" }, h("span", {}, say("download")), formats[form].flatMap((one) => [" ", link(one)]));
  }

  /** @param {string} query */
  function share(query) {
    const release = data.release ?? "";
    const languages = /** @type {[import("./snippets.js").Language, string][]} */ ([["curl", "curl"], ["python", "Python"], ["r", "R"], ["javascript", "JavaScript"]]);
    const code = h("pre", { class: "turtle", tabindex: 0 });
    const chosen = h("select", {}, languages.map(([value, text]) => h("option", { value }, text)));
    const endpoint = (data.endpoint ?? "") + (others.length ? `?${new URLSearchParams(others)}` : "");
    const write = () => (code.textContent = snippet(/** @type {import("./snippets.js").Language} */ (chosen.value), endpoint, query, formOf(query)));
    chosen.addEventListener("change", write);
    write();
    return h(
      "details",
      { class: "share" },
      h("summary", {}, say("share")),
      copied(say("permalink"), location.origin + addressOf(query), say),
      data.pinned
        ? copied(say("pinned", { release }), location.origin + data.pinned + `?${new URLSearchParams([["query", query], ...others])}`, say)
        : h("p", { class: "hint" }, say("of_release", { release })),
      h("div", { class: "code-of" }, h("label", {}, h("span", {}, say("code")), chosen), copyButton(() => code.textContent ?? "", say)),
      code,
    );
  }

  // ---- the state that the page came with ----

  window.addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search).get("query");
    if (query === null) return;
    editor.set(query);
    run({ returning: true });
  });
  const problem = /** @type {HTMLElement | null} */ (document.querySelector(".problem[data-rendered]"));
  if (problem) {
    const { title = "", detail = "", line, column, status: code } = problem.dataset;
    const place = line ? { line: Number(line), column: Number(column) } : {};
    showProblem(editor.text, { title, detail, status: Number(code), ...place });
  } else if (rendered.length) run({ returning: true });
  else terms();
}

/** @param {string} address */
async function load(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

/** @param {number} began */
const secondsSince = (began) => ((performance.now() - began) / 1000).toFixed(1);

/** @param {number} bytes */
const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`);

/** @param {string} label @param {string} text @param {import("./words.js").Say} say */
function copied(label, text, say) {
  const field = h("input", { type: "text", readonly: true, value: text, onfocus: () => field.select() });
  return h("div", { class: "address-of" }, h("label", {}, h("span", {}, label), field), copyButton(() => text, say));
}

/** @param {() => string} text @param {import("./words.js").Say} say */
function copyButton(text, say) {
  const button = h("button", { type: "button", class: "quiet" }, say("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = say("copied");
    setTimeout(() => (button.textContent = say("copy")), 1500);
  });
  return button;
}

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.editor"));
if (form) start(form);
