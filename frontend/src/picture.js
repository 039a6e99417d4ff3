/** What every picture of a graph can do: be larger or smaller in its frame, point with arrows, and be saved. */

import { h, save, svg } from "./dom.js";

const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-style", "font-weight", "opacity", "paint-order"];

/**
 * Save the picture in an element with its colours, which the style sheet of the page gives it here.
 * @param {Element} figure
 */
export function keep(figure) {
  const drawn = figure.querySelector("svg");
  if (!drawn) return;
  const copy = /** @type {SVGElement} */ (drawn.cloneNode(true));
  const own = [drawn, ...drawn.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  own.forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const name of LOOKS) copies[at]?.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  save("policygraph.svg", "image/svg+xml", copy.outerHTML);
}

/** The point of an arrow, for lines that name it as their marker. */
export const arrow = () =>
  svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, svg("path", { d: "M0 0 8 4 0 8z" })));

/**
 * A frame that scrolls over a picture, with buttons that make it larger, smaller, or as wide as the frame.
 * @param {import("./words.js").Say} say
 */
export function framed(say) {
  const frame = h("div", { class: "graph-frame" });
  let [zoom, width] = [1, 0];
  const size = () => {
    const drawn = frame.querySelector("svg");
    if (drawn) drawn.style.width = width || zoom !== 1 ? `${Math.round((width || frame.clientWidth) * zoom)}px` : "";
  };
  /** @param {number} to */
  const magnify = (to) => {
    const before = zoom;
    zoom = Math.max(0.4, Math.min(4, to));
    const [x, y] = [frame.scrollLeft + frame.clientWidth / 2, frame.scrollTop + frame.clientHeight / 2];
    size();
    frame.scrollTo((x * zoom) / before - frame.clientWidth / 2, (y * zoom) / before - frame.clientHeight / 2);
  };
  const button = (/** @type {import("./words.js").Key} */ key, /** @type {() => void} */ onclick) => h("button", { type: "button", class: "quiet", onclick }, say(key));
  return {
    frame,
    buttons: [button("larger", () => magnify(zoom * 1.3)), button("smaller", () => magnify(zoom / 1.3)), button("whole", () => magnify(width ? Math.min(1, frame.clientWidth / width) : 1))],
    /** Put a picture into the frame. @param {SVGSVGElement} drawn @param {number} [own] its own width, if it has one */
    show(drawn, own = 0) {
      width = own;
      frame.replaceChildren(drawn);
      size();
    },
  };
}
