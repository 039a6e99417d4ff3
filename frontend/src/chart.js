/**
 * An answer as a picture: bars, lines, a timeline, a matrix. Drawn by hand as SVG, in the colours and type of the page.
 *
 * @typedef {import("./ask.js").Row} Row
 * @typedef {import("./cells.js").Context} Context
 * @typedef {"number" | "date" | "name"} Nature
 * @typedef {"bar" | "line" | "timeline" | "matrix"} Shape
 * @typedef {{ shape: Shape, by: string, value: string, other: string }} Choice
 *   `by`: what is compared (bars, rows) or runs along the axis; `value`: its number, or none to count rows;
 *   `other`: the second name of a matrix, the series of a line, the end of a period
 */

import { dateOf, numberOf, textOf } from "./cells.js";
import { h, svg } from "./dom.js";
import { keep } from "./picture.js";

/** Bars, rows and columns that are still read one by one. */
const MOST = { bar: 60, line: 6, timeline: 120, matrix: 60 };

/**
 * What each column holds; a column with nothing in it is left out.
 * @param {string[]} columns
 * @param {Row[]} rows
 * @returns {Map<string, Nature>}
 */
export function natures(columns, rows) {
  /** @type {Map<string, Nature>} */
  const found = new Map();
  for (const column of columns) {
    const terms = rows.map((row) => row[column]).filter((term) => term !== undefined);
    if (!terms.length) continue;
    if (terms.every((term) => dateOf(term) !== null && numberOf(term) === null)) found.set(column, "date");
    else if (terms.every((term) => numberOf(term) !== null)) found.set(column, "number");
    else found.set(column, "name");
  }
  return found;
}

/**
 * The chart that suits an answer best, if one does.
 * @param {Map<string, Nature>} columns
 * @param {Row[]} rows
 * @returns {Choice | null}
 */
export function suggest(columns, rows) {
  const of = (/** @type {Nature} */ nature) => [...columns].flatMap(([name, its]) => (its === nature ? [name] : []));
  const [names, numbers, dates] = [of("name"), of("number"), of("date")];
  const name = readable(names, rows);
  if (dates[0] && numbers[0]) return { shape: "line", by: dates[0], value: numbers[0], other: "" };
  if (dates[0] && name) return { shape: "timeline", by: name, value: dates[0], other: dates[1] ?? "" };
  const second = readable(names.filter((other) => other !== name && other !== `${name}Label`), rows);
  if (name && second && repeats(rows, name) && repeats(rows, second)) return { shape: "matrix", by: name, value: numbers[0] ?? "", other: second };
  if (name) return { shape: "bar", by: name, value: numbers.at(-1) ?? "", other: "" };
  if (numbers.length > 1) return { shape: "line", by: numbers[0] ?? "", value: numbers[1] ?? "", other: "" };
  return dates[0] ? { shape: "line", by: dates[0], value: "", other: "" } : null;
}

/** The column that names best: texts before addresses. @param {string[]} names @param {Row[]} rows */
function readable(names, rows) {
  return names.find((name) => rows.some((row) => row[name]?.type === "literal")) ?? names[0] ?? "";
}

/** @param {Row[]} rows @param {string} column */
const repeats = (rows, column) => new Set(rows.map((row) => row[column]?.value)).size < rows.length;

/**
 * Sums of a column, or numbers of rows, by the text of one or two others; in the order of the answer.
 * @param {Row[]} rows
 * @param {Choice} choice
 * @param {Context} context
 */
export function grouped(rows, { by, value, other }, context) {
  /** @type {Map<string, Map<string, number>>} */
  const found = new Map();
  for (const row of rows) {
    if (!row[by] || (other && !row[other])) continue;
    const one = textOf(row[by], context);
    const two = other ? textOf(row[other], context) : "";
    const number = value ? numberOf(row[value]) : 1;
    if (number === null) continue;
    const inner = found.get(one) ?? new Map();
    inner.set(two, (inner.get(two) ?? 0) + number);
    found.set(one, inner);
  }
  return found;
}

/**
 * Round steps for an axis that reach from below the least to above the largest number.
 * @param {number} least
 * @param {number} largest
 * @param {number} count
 */
export function ticks(least, largest, count) {
  const span = largest - least || Math.abs(largest) || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(least / step) * step;
  const found = [];
  for (let at = first; at < largest + step * 0.999; at += step) found.push(Number(at.toPrecision(12)));
  return found.length > 1 ? found : [first, first + step];
}

/**
 * A chart with what chooses its columns.
 * @param {string[]} columns
 * @param {Row[]} rows
 * @param {Context} context
 */
export function chart(columns, rows, context) {
  const { say } = context;
  const known = natures(columns, rows);
  const first = suggest(known, rows);
  if (!first) return h("p", { class: "hint" }, say("no_chart"));
  let choice = first;
  const figure = h("figure", { class: "chart", tabindex: 0 });
  const controls = h("form", { class: "controls", onsubmit: (/** @type {Event} */ event) => event.preventDefault() });

  /**
   * @param {string} label
   * @param {[string, string][]} options
   * @param {string} value
   * @param {(value: string) => void} change
   */
  const select = (label, options, value, change) => {
    const element = h("select", {}, options.map(([name, text]) => h("option", { value: name }, text)));
    element.value = value;
    element.addEventListener("change", () => {
      change(element.value);
      draw();
    });
    return h("label", {}, h("span", {}, label), element);
  };

  function draw() {
    const all = [...known.keys()];
    const numbers = all.filter((name) => known.get(name) === "number");
    const dates = all.filter((name) => known.get(name) === "date");
    const named = (/** @type {string[]} */ names) => names.map((name) => /** @type {[string, string]} */ ([name, name]));
    /** @type {Shape[]} */
    const shapes = ["bar", "line", "timeline", "matrix"];
    const { shape } = choice;
    const counted = /** @type {[string, string][]} */ ([["", say("count_rows")], ...named(numbers)]);
    const optional = (/** @type {string[]} */ names) => /** @type {[string, string][]} */ ([["", say("none")], ...named(names)]);
    controls.replaceChildren(
      select(say("chart_kind"), shapes.map((name) => [name, say(name)]), shape, (value) => (choice = defaults(/** @type {Shape} */ (value)))),
      select(say("by"), named(shape === "line" ? [...dates, ...numbers] : all), choice.by, (value) => (choice = { ...choice, by: value })),
      shape === "timeline"
        ? select(say("start"), named(dates), choice.value, (value) => (choice = { ...choice, value }))
        : select(say("value"), counted, choice.value, (value) => (choice = { ...choice, value })),
      ...(shape === "bar"
        ? []
        : [select(say(shape === "timeline" ? "end" : shape === "line" ? "series" : "and"),
            shape === "timeline" ? optional(dates) : shape === "line" ? optional(all) : named(all),
            choice.other, (other) => (choice = { ...choice, other }))]),
      h("button", { type: "button", class: "quiet", onclick: () => keep(figure) }, say("save_picture")),
    );
    const drawn = { bar: bars, line: lines, timeline, matrix }[shape](rows, choice, context);
    figure.replaceChildren(
      ...(drawn ? [drawn.picture, h("figcaption", {}, drawn.cut ? `${say("chart_cut", drawn.cut)} ` : "", say("same_in_table"))] : [h("p", { class: "hint" }, say("no_chart"))]),
    );
  }

  /** The choice that makes most sense for a kind of chart. @param {Shape} shape @returns {Choice} */
  function defaults(shape) {
    const of = (/** @type {Nature} */ nature) => [...known].flatMap(([name, its]) => (its === nature ? [name] : []));
    const [names, numbers, dates] = [of("name"), of("number"), of("date")];
    const name = readable(names, rows) || columns[0] || "";
    if (shape === "line") return { shape, by: dates[0] ?? numbers[0] ?? "", value: numbers.find((n) => n !== (dates[0] ?? numbers[0])) ?? "", other: "" };
    if (shape === "timeline") return { shape, by: name, value: dates[0] ?? "", other: dates[1] ?? "" };
    if (shape === "matrix") return { shape, by: name, value: numbers[0] ?? "", other: names.find((other) => other !== name) ?? name };
    return { shape, by: name, value: numbers.at(-1) ?? "", other: "" };
  }

  draw();
  context.labels.want(rows.flatMap((row) => Object.values(row).flatMap((term) => (term.type === "uri" ? [term.value] : []))).slice(0, 2000)).then((came) => came && draw());
  return h("div", { class: "chart-view" }, controls, figure);
}

/** @typedef {{ picture: SVGElement, cut?: { shown: number, all: number } } | null} Drawn */

const WIDTH = 1000;

/**
 * The frame of a picture: its size, and its title for those who do not see it.
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {(SVGElement | false)[]} children
 */
function picture(width, height, title, children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title }, svg("title", {}, title), children.filter((c) => c !== false));
}

/** @param {number} x @param {number} y @param {string} words @param {Record<string, any>} [more] */
const text = (x, y, words, more = {}) => svg("text", { x, y, ...more }, words);

/** @param {string} words @param {number} most */
const short = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

/** @param {Choice} choice @param {Context} context */
const titleOf = ({ value, by, other }, { say }) => say("chart_of", { value: value || say("count_rows"), by: other ? `${by}, ${other}` : by });

/** @param {number} number @param {Context} context */
const written = (number, { language }) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(number);

/** @param {Row[]} rows @param {Choice} choice @param {Context} context @returns {Drawn} */
function bars(rows, choice, context) {
  const all = [...grouped(rows, { ...choice, other: "" }, context)].map(([name, inner]) => ({ name, value: inner.get("") ?? 0 }));
  if (!all.length) return null;
  const part = all.slice(0, MOST.bar);
  // On a phone names stand over their bars: beside them they would push them out of sight.
  const over = innerWidth < 640;
  const width = over ? Math.max(280, innerWidth - 40) : WIDTH;
  const most = over ? Math.floor(width / 7) : 44;
  const left = over ? 5 : Math.min(320, Math.max(...part.map(({ name }) => Math.min(name.length, most))) * 7 + 16);
  const step = over ? 46 : 26;
  const top = (/** @type {number} */ at) => at * step + step - 19;
  const scale = ticks(Math.min(0, ...part.map((p) => p.value)), Math.max(0, ...part.map((p) => p.value)), over ? 3 : 6);
  const [low, high] = [scale[0] ?? 0, scale.at(-1) ?? 1];
  const x = (/** @type {number} */ value) => left + ((value - low) / (high - low)) * (width - left - 60);
  const height = part.length * step + 40;
  return {
    ...cutOf(part.length, all.length),
    picture: picture(width, height, titleOf({ ...choice, other: "" }, context), [
      ...scale.flatMap((tick) => [
        svg("line", { class: "chart-grid", x1: x(tick), x2: x(tick), y1: 4, y2: height - 32 }),
        text(x(tick), height - 12, written(tick, context), { "text-anchor": "middle", class: "chart-tick" }),
      ]),
      ...part.flatMap(({ name, value }, at) => [
        svg("rect", { class: "chart-bar", x: Math.min(x(0), x(value)), y: top(at), width: Math.max(1, Math.abs(x(value) - x(0))), height: 18 }, svg("title", {}, `${name}: ${written(value, context)}`)),
        over ? text(left, top(at) - 6, short(name, most)) : text(left - 10, top(at) + 14, short(name, most), { "text-anchor": "end" }),
        text(x(Math.max(0, value)) + 6, top(at) + 14, written(value, context), { class: "chart-tick" }),
      ]),
    ]),
  };
}

/** @param {number} shown @param {number} all */
const cutOf = (shown, all) => (shown < all ? { cut: { shown, all } } : {});

/** @param {Row[]} rows @param {Choice} choice @param {Context} context @returns {Drawn} */
function lines(rows, choice, context) {
  const { by, value, other } = choice;
  const place = (/** @type {Row} */ row) => dateOf(row[by]) ?? numberOf(row[by]);
  /** @type {Map<string, Map<number, number>>} */
  const series = new Map();
  for (const row of rows) {
    const at = place(row);
    const number = value ? numberOf(row[value]) : 1;
    if (at === null || number === null || (other && !row[other])) continue;
    const name = other ? textOf(row[other], context) : "";
    const inner = series.get(name) ?? new Map();
    inner.set(at, (inner.get(at) ?? 0) + number);
    series.set(name, inner);
  }
  const all = [...series].sort((a, b) => b[1].size - a[1].size);
  const part = all.slice(0, MOST.line).map(([name, points]) => ({ name, points: [...points].sort((a, b) => a[0] - b[0]) }));
  const points = part.flatMap((one) => one.points);
  if (!points.length) return null;
  // Whole numbers of this size are years, which no language groups.
  const dated = points.every(([at]) => Number.isInteger(at) && at > 1500 && at < 2200) || rows.some((row) => dateOf(row[by]) !== null);
  const height = 380;
  const right = other ? 190 : 30;
  const along = ticks(Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0])), 8);
  const up = ticks(Math.min(0, ...points.map((p) => p[1])), Math.max(...points.map((p) => p[1])), 6);
  const x = scaled(along, 60, WIDTH - right);
  const y = scaled(up, height - 40, 16);
  return {
    ...cutOf(part.length, all.length),
    picture: picture(WIDTH, height, titleOf(choice, context), [
      ...up.flatMap((tick) => [
        svg("line", { class: "chart-grid", x1: 60, x2: WIDTH - right, y1: y(tick), y2: y(tick) }),
        text(50, y(tick) + 5, written(tick, context), { "text-anchor": "end", class: "chart-tick" }),
      ]),
      ...along.filter((tick) => !dated || Number.isInteger(tick)).map((tick) => text(x(tick), height - 14, dated ? String(tick) : written(tick, context), { "text-anchor": "middle", class: "chart-tick" })),
      ...part.flatMap(({ name, points: own }, at) => [
        svg("path", { class: `chart-line chart-line-${at}`, d: own.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("") }),
        ...own.map(([a, b]) => svg("circle", { class: "chart-dot", cx: x(a), cy: y(b), r: 3.5 }, svg("title", {}, `${name ? `${name}, ` : ""}${dated ? Math.floor(a) : written(a, context)}: ${written(b, context)}`))),
        name ? text(x(own.at(-1)?.[0] ?? 0) + 9, y(own.at(-1)?.[1] ?? 0) + 5, short(name, 24)) : /** @type {false} */ (false),
      ]),
    ]),
  };
}

/** @param {number[]} steps @param {number} from @param {number} to */
function scaled(steps, from, to) {
  const [low, high] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  return (/** @type {number} */ value) => from + ((value - low) / (high - low || 1)) * (to - from);
}

/** @param {Row[]} rows @param {Choice} choice @param {Context} context @returns {Drawn} */
function timeline(rows, choice, context) {
  const { by, value, other } = choice;
  /** @type {Map<string, { name: string, from: number, to: number, written: string }>} */
  const found = new Map();
  for (const row of rows) {
    const from = dateOf(row[value]);
    if (from === null || !row[by]) continue;
    const name = textOf(row[by], context);
    const to = (other ? dateOf(row[other]) : null) ?? from;
    const dates = [row[value]?.value, other ? row[other]?.value : ""].filter(Boolean).join(" – ");
    found.set(`${name} ${dates}`, { name, from, to, written: dates });
  }
  const all = [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to);
  if (!all.length) return null;
  const part = all.slice(0, MOST.timeline);
  const height = part.length * 24 + 40;
  const scale = ticks(Math.min(...part.map((p) => p.from)), Math.max(...part.map((p) => p.to)), 8).filter(Number.isInteger);
  const steps = scale.length > 1 ? scale : [Math.floor(part[0]?.from ?? 0), Math.floor(part[0]?.from ?? 0) + 1];
  const x = scaled(steps, 20, WIDTH - 20);
  return {
    ...cutOf(part.length, all.length),
    picture: picture(WIDTH, height, titleOf({ ...choice, other: "" }, context), [
      ...steps.flatMap((tick) => [
        svg("line", { class: "chart-grid", x1: x(tick), x2: x(tick), y1: 4, y2: height - 32 }),
        text(x(tick), height - 12, String(tick), { "text-anchor": "middle", class: "chart-tick" }),
      ]),
      ...part.flatMap(({ name, from, to, written: dates }, at) => {
        const middle = at * 24 + 16;
        const late = x(to) > WIDTH * 0.58;
        return [
          to > from ? svg("rect", { class: "chart-bar", x: x(from), y: middle - 5, width: Math.max(2, x(to) - x(from)), height: 10 }) : svg("circle", { class: "chart-dot", cx: x(from), cy: middle, r: 5 }),
          svg("g", {}, svg("title", {}, `${name}: ${dates}`), text(late ? x(from) - 10 : x(to) + 10, middle + 5, short(name, 60), { "text-anchor": late ? "end" : "start" })),
        ];
      }),
    ]),
  };
}

/** @param {Row[]} rows @param {Choice} choice @param {Context} context @returns {Drawn} */
function matrix(rows, choice, context) {
  const cells = grouped(rows, choice, context);
  const down = [...cells.keys()];
  const across = [...new Set([...cells.values()].flatMap((inner) => [...inner.keys()]))];
  if (!down.length) return null;
  const [rowsShown, columnsShown] = [down.slice(0, MOST.matrix), across.slice(0, MOST.matrix)];
  const largest = Math.max(...[...cells.values()].flatMap((inner) => [...inner.values()]), 1);
  const left = Math.min(320, Math.max(...rowsShown.map((name) => Math.min(name.length, 44))) * 7 + 16);
  const top = Math.min(220, Math.max(...columnsShown.map((name) => Math.min(name.length, 34))) * 5.6 + 24);
  const width = Math.max(WIDTH, left + columnsShown.length * 30 + 120);
  const step = Math.max(30, Math.min(56, (width - left - 120) / columnsShown.length));
  const height = top + rowsShown.length * 26 + 10;
  return {
    ...cutOf(rowsShown.length * columnsShown.length, down.length * across.length),
    picture: picture(width, height, titleOf(choice, context), [
      ...columnsShown.map((name, at) => {
        const [x, y] = [left + at * step + step / 2, top - 10];
        return svg("g", { transform: `translate(${x} ${y}) rotate(-48)` }, svg("title", {}, name), text(0, 0, short(name, 34)));
      }),
      ...rowsShown.flatMap((name, at) => [
        svg("g", {}, svg("title", {}, name), text(left - 10, top + at * 26 + 18, short(name, 44), { "text-anchor": "end" })),
        svg("line", { class: "chart-grid", x1: left, x2: left + columnsShown.length * step, y1: top + at * 26 + 26, y2: top + at * 26 + 26 }),
        ...columnsShown.flatMap((other, place) => {
          const value = cells.get(name)?.get(other);
          if (value === undefined) return [];
          const share = Math.max(0, value / largest);
          return [
            svg("rect", { class: "chart-cell", x: left + place * step + 1, y: top + at * 26 + 1, width: step - 2, height: 24, "fill-opacity": (0.15 + 0.85 * share).toFixed(2) }, svg("title", {}, `${name}, ${other}: ${written(value, context)}`)),
            text(left + place * step + step / 2, top + at * 26 + 18, written(value, context), { "text-anchor": "middle", class: share > 0.45 ? "chart-on-cell" : "chart-in-cell" }),
          ];
        }),
      ]),
    ]),
  };
}
