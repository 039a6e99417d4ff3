/**
 * Where the parameters of an example stand in the text of the editor, while that is being edited.
 *
 * @typedef {import("./examples.js").Place} Place
 */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** Which places there are from now on. @type {import("@codemirror/state").StateEffectType<Place[]>} */
export const setPlaces = StateEffect.define();

const MARK = Decoration.mark({ class: "cm-place" });

/** @type {StateField<Place[]>} What is put whole in a place stands there; a place that is written into is none any more. */
export const places = StateField.define({
  create: () => /** @type {Place[]} */ ([]),
  update(before, transaction) {
    const set = transaction.effects.find((effect) => effect.is(setPlaces));
    if (set) return set.value;
    return transaction.docChanged ? before.flatMap((place) => moved(place, transaction.changes)) : before;
  },
  provide: (field) => EditorView.decorations.from(field, (found) => Decoration.set(found.map(({ from, to }) => MARK.range(from, to)), true)),
});

/**
 * @param {Place} place
 * @param {import("@codemirror/state").ChangeDesc} changes
 * @returns {Place[]}
 */
function moved({ name, from, to }, changes) {
  let [whole, inside] = [false, false];
  changes.iterChangedRanges((start, end) => {
    if (start === from && end === to) whole = true;
    else if (start < to && end > from) inside = true;
  }, true);
  const place = { name, from: changes.mapPos(from, whole ? -1 : 1), to: changes.mapPos(to, whole ? 1 : -1) };
  return inside || place.from >= place.to ? [] : [place];
}
