/**
 * The picture above the list of a neighbourhood: it grows by clicks and keys, and its address tells what it shows.
 *
 * @typedef {import("./growth.js").State} State
 * @typedef {import("./growth.js").Neighbourhood} Neighbourhood
 * @typedef {import("./growth.js").Node} Node
 */

import { h, save } from "./dom.js";
import { branchKey, nodesOf, readState, STEP, tree, turtle, writeState } from "./growth.js";
import { legend, picture } from "./neighbours.js";
import { towards } from "./outline.js";
import { framed, keep } from "./picture.js";
import { sayIn } from "./words.js";

/** Pixels below which branches stand below one another. */
const NARROW = 760;

/** @param {HTMLElement} host */
function start(host) {
  const { json = "", page = "", iri = "", shown = "", most = "24", limit = "30" } = host.dataset;
  const language = document.documentElement.lang;
  const say = sayIn(language);
  const kept = new URLSearchParams(location.search).get("lang") ?? "";
  /** @type {Map<string, Promise<Neighbourhood>>} */
  const asked = new Map();
  /** @type {Map<string, Neighbourhood>} */
  const known = new Map();
  let state = read();
  /** What has the focus of the picture: a thing, or what stands for more of a property. */
  let selected = iri;
  /** @type {import("./growth.js").Tree | null} */
  let drawn = null;

  /** The state in the address. */
  function read() {
    return { ...readState(location.search), iri };
  }

  const { frame, buttons, show } = framed(say);
  const status = h("p", { class: "picture-status", role: "status" });
  const moves = h("p", { class: "picture-moves" });
  const key = h("ul", { class: "legend", role: "list" });
  const tools = h(
    "div",
    { class: "controls" },
    buttons,
    h("button", { type: "button", class: "quiet", onclick: () => keep(frame) }, say("save_picture")),
    h("button", { type: "button", class: "quiet", onclick: () => drawn && save("policygraph.ttl", "text/turtle", turtle(drawn, language)) }, say("save_turtle")),
  );
  host.replaceChildren(tools, frame, moves, status, key, h("p", { class: "hint" }, say("picture_keys")));

  // ---- what the server knows ----

  /** The families that are shown; an address that names none means the usual ones. */
  const families = () => (state.show.length ? state.show : shown.split(" "));

  /** @param {string} one @param {[string, string][]} [more] @returns {Promise<Neighbourhood>} */
  async function fetched(one, more = []) {
    const fields = new URLSearchParams([["iri", one], ...families().map((family) => /** @type {[string, string]} */ (["show", family])), ...more]);
    if (kept) fields.set("lang", kept);
    const response = await fetch(`${json}?${fields}`);
    if (!response.ok) throw new Error(response.statusText);
    return (await response.json()).neighbourhoods[0];
  }

  /** Know what stands around a thing, as far as the state asks for it. @param {string} one */
  async function learn(one) {
    const name = `${families()} ${one}`;
    const first = asked.get(name) ?? fetched(one);
    asked.set(name, first);
    const found = await first.catch((error) => {
      asked.delete(name);
      throw error;
    });
    for (const group of found.groups) {
      const wanted = Math.min(state.more[branchKey(one, group)] ?? 0, group.total);
      while (group.things.length < wanted) {
        const next = await fetched(one, [["by", group.by], ["way", group.way], ["start", String(group.things.length)]]);
        const things = next.groups[0]?.things ?? [];
        group.things.push(...things);
        if (things.length < Number(limit)) break;
      }
    }
    known.set(one, found);
  }

  // ---- the picture ----

  async function refresh() {
    try {
      await Promise.all([state.iri, ...state.grown].map(learn));
      status.textContent = "";
    } catch {
      status.textContent = say("not_loaded");
    }
    draw();
  }

  function draw() {
    drawn = tree(state, known);
    if (!drawn) return;
    const inside = frame.contains(document.activeElement);
    const made = picture(drawn, { say, narrow: host.clientWidth < NARROW, selected, act, choose, keys });
    show(made.drawn, made.width);
    key.replaceChildren(...legend(drawn, say));
    choose(made.places.some((place) => place.name === selected) ? selected : state.iri, inside);
    if (!inside) middle();
  }

  /** Bring what grew from a thing into the frame, and the thing itself before all. @param {string} name */
  function reveal(name) {
    const node = drawn && nodesOf(drawn.root).find(({ thing }) => thing.iri === name);
    const around = node ? node.branches.flatMap(({ nodes }) => nodes.slice(-1)).map(({ thing }) => thing.iri) : [];
    for (const one of buttonsOf().filter(({ dataset }) => around.includes(dataset.name ?? ""))) one.scrollIntoView({ block: "nearest", inline: "nearest" });
    choose(name, true);
  }

  /** Show the thing in the middle in the middle of the frame. */
  function middle() {
    const its = frame.querySelector(".middle")?.getBoundingClientRect();
    const own = frame.getBoundingClientRect();
    if (its && host.clientWidth >= NARROW) frame.scrollBy(its.left + its.width / 2 - own.left - own.width / 2, its.top + its.height / 2 - own.top - own.height / 2);
  }

  /** @returns {SVGElement[]} */
  const buttonsOf = () => [...frame.querySelectorAll(/** @type {"g"} */ ("[role=button]"))];

  /** Make a thing the one that keys and buttons are about. @param {string} name @param {boolean} focus */
  function choose(name, focus) {
    selected = name;
    for (const one of buttonsOf()) {
      const its = one.dataset.name === name;
      one.setAttribute("tabindex", its ? "0" : "-1");
      one.classList.toggle("selected", its);
      if (its && focus) {
        one.focus({ preventScroll: true });
        one.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    const node = drawn && nodesOf(drawn.root).find(({ thing }) => thing.iri === name);
    moves.replaceChildren(...(node ? movesOf(node) : []));
  }

  /** What can be done with a thing. @param {Node} node */
  function movesOf(node) {
    const { thing, grown } = node;
    const own = thing.iri === state.iri;
    const button = (/** @type {import("./words.js").Key} */ word, /** @type {() => void} */ onclick) => h("button", { type: "button", class: "link", onclick }, say(word));
    return [
      h("b", { lang: thing.lang }, thing.label),
      thing.type ? h("span", { class: "role" }, thing.type) : null,
      own ? null : button(grown ? "fold" : "grow", () => act(thing.iri)),
      own ? null : h("a", { href: page + writeState({ iri: thing.iri, grown: [], show: [], without: [], more: {} }, kept) }, say("recentre")),
      thing.page ? h("a", { href: thing.page }, say("open_page")) : null,
      own ? null : button("take_away", () => remove(thing.iri)),
      state.without.length ? h("button", { type: "button", class: "link", onclick: () => change({ without: [] }) }, say("bring_back", { n: state.without.length })) : null,
    ].filter((one) => one !== null);
  }

  // ---- steps ----

  /** @param {Partial<State>} next @param {boolean} [list] whether the list differs as well */
  async function change(next, list = true) {
    state = { ...state, ...next };
    await refresh();
    // What hangs on something that was folded up is gone with it.
    const there = drawn?.things;
    if (there) state.grown = state.grown.filter((one) => there.has(one));
    history.pushState(null, "", page + writeState(state, kept));
    if (list) await twin();
  }

  /** Grow a thing, or fold it up; show more of a property. @param {string} name */
  function act(name) {
    selected = name;
    if (name.startsWith("more ")) {
      const its = name.slice(5);
      const there = drawn ? nodesOf(drawn.root).flatMap(({ branches }) => branches).find((branch) => branch.key === its)?.nodes.length : 0;
      return change({ more: { ...state.more, [its]: (there ?? 0) + STEP } }, false);
    }
    if (name === state.iri) return choose(name, true);
    if (state.grown.includes(name)) return change({ grown: state.grown.filter((one) => one !== name) });
    if (state.grown.length >= Number(most)) return void (status.textContent = say("full"));
    return change({ grown: [...state.grown, name] }).then(() => reveal(name));
  }

  /** @param {string} name */
  function remove(name) {
    if (name === state.iri || name.startsWith("more ")) return;
    const node = drawn && nodesOf(drawn.root).find(({ thing }) => thing.iri === name);
    selected = node?.parent?.thing.iri ?? state.iri;
    change({ without: [...state.without, name], grown: state.grown.filter((one) => one !== name) });
  }

  /** @param {KeyboardEvent} event @param {string} name @param {{ name: string, x: number, y: number }[]} places */
  function keys(event, name, places) {
    const at = places.findIndex((place) => place.name === name);
    if (event.key.startsWith("Arrow")) choose(places[towards(places, at, event.key)].name, true);
    else if (event.key === "Home") choose(state.iri, true);
    else if (event.key === "Enter" || event.key === " ") act(name);
    else if (event.key === "Delete" || event.key === "Backspace") remove(name);
    else return;
    event.preventDefault();
  }

  /** The list says the same as the picture: the server writes it. */
  async function twin() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of ["#list", ".families"]) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
      if (!old || !now) continue;
      const at = old.contains(document.activeElement) ? /** @type {HTMLInputElement} */ (document.activeElement).value : null;
      old.replaceWith(now);
      if (at) /** @type {HTMLElement | null} */ (now.querySelector(`[value="${CSS.escape(at)}"]`))?.focus();
    }
  }

  document.addEventListener("change", ({ target }) => {
    const form = target instanceof HTMLInputElement && target.form?.matches(".families") ? target.form : null;
    const wanted = form ? /** @type {string[]} */ (new FormData(form).getAll("show")) : [];
    if (wanted.length) change({ show: wanted });
  });
  addEventListener("popstate", () => {
    state = read();
    refresh().then(twin);
  });
  let wide = host.clientWidth >= NARROW;
  new ResizeObserver(() => {
    if (wide === host.clientWidth >= NARROW) return;
    wide = !wide;
    draw();
  }).observe(host);
  refresh();
}

const host = document.getElementById("picture");
if (host) start(host);
