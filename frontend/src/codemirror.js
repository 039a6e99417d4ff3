/**
 * The editor itself: CodeMirror with SPARQL, our completion and our faults.
 *
 * It stands in a shadow root: there CodeMirror's styles are constructed sheets, which the portal's strict policy for
 * styles allows; in the page they would be inline styles, which it does not.
 */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, temporarilySetTabFocusMode } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql, SparqlLanguage } from "codemirror-lang-sparql";
import { complete, ofThings, prefixesOf } from "./completion.js";
import { found } from "./faults.js";
import { phrasesIn } from "./phrases.js";
import { places, setPlaces } from "./places.js";
import { tidied } from "./tidy.js";
import { declaration, declared } from "./prefixes.js";

/**
 * @typedef {import("./completion.js").Terms} Terms
 * @typedef {import("./completion.js").Option} Option
 * @typedef {import("./faults.js").Fault} Fault
 */

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--query-string)" },
  { tag: [tags.number, tags.bool], color: "var(--query-string)" },
  { tag: tags.variableName, color: "var(--query-variable)" },
  { tag: [tags.url, tags.namespace, tags.typeName], color: "var(--ink)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: tags.annotation, color: "var(--soft)" },
]);

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--raised)", color: "var(--ink)", fontSize: "0.88rem", border: "1px solid var(--rule-strong)", borderRadius: "3px", minHeight: "14rem", maxHeight: "70vh", overflow: "hidden", resize: "vertical" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.7rem 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.7rem", minWidth: "2rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--wash) 55%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 16%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--rule-strong)" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--rule-strong)", borderRadius: "3px", boxShadow: "0 4px 18px rgb(0 0 0 / 0.16)", fontFamily: "var(--sans)", fontSize: "0.85rem", maxWidth: "min(38rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", maxHeight: "17rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.3rem 0.7rem", lineHeight: "1.35", display: "flex", gap: "0.8rem", alignItems: "baseline" },
  ".cm-tooltip-autocomplete > ul > li .cm-completionLabel": { fontFamily: "var(--mono)", fontSize: "0.95em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "auto", opacity: "0.85", overflow: "hidden", textOverflow: "ellipsis", maxWidth: "22rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.5rem 0.8rem", whiteSpace: "pre-line", lineHeight: "1.4", maxWidth: "20rem" },
  ".cm-diagnostic": { padding: "0.5rem 0.8rem", borderLeft: "4px solid var(--error)", whiteSpace: "normal" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnosticAction": { display: "block", margin: "0.4rem 0 0", padding: "0.3rem 0.7rem", backgroundColor: "var(--accent)", color: "var(--on-accent)", borderRadius: "3px", font: "600 0.85rem var(--sans)", border: "none", cursor: "pointer", textAlign: "left" },
  ".cm-place": { textDecoration: "underline dotted var(--accent)", textUnderlineOffset: "0.2em" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--rule)" },
  ".cm-panel.cm-search": { padding: "0.4rem 1.8rem 0.4rem 0.6rem" },
  ".cm-panel.cm-search :is(input, button, label)": { font: "0.88rem var(--sans)" },
  ".cm-panel .cm-textfield": { padding: "0.25rem 0.5rem", backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--rule-strong)", borderRadius: "2px" },
  ".cm-panel .cm-button": { padding: "0.25rem 0.6rem", backgroundImage: "none", backgroundColor: "transparent", color: "var(--accent)", border: "1px solid var(--rule-strong)", borderRadius: "2px", cursor: "pointer" },
  ".cm-panel.cm-search [name=close]": { minWidth: "1.5rem", minHeight: "1.5rem", color: "var(--ink)", fontSize: "1.1rem", cursor: "pointer" },
  ".cm-panel :focus-visible": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
});

/**
 * @typedef {object} Options
 * @property {Element} parent
 * @property {string} text
 * @property {string} language of the page
 * @property {string} label what the editor is called for those who do not see it
 * @property {import("./words.js").Say} say
 * @property {() => Promise<Terms>} terms
 * @property {(words: string) => Promise<import("./completion.js").Found[]>} find things by their name
 * @property {() => void} run
 * @property {(text: string, parameters: Set<string>) => void} changed what is written now, and the parameters that still stand in it
 */

/**
 * An editor in an element.
 * @param {Options} options
 */
export function codeEditor({ parent, text, language, label, say, terms, find, run, changed }) {
  const root = parent.attachShadow({ mode: "open" });
  /** @type {Fault[]} What the server refused; it holds until the text changes. */
  let refused = [];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run: () => (run(), true) },
            // Tab indents; after Escape it leaves the editor.
            { key: "Escape", run: (view) => (temporarilySetTabFocusMode(view), false) },
          ]),
        ),
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        indentUnit.of("  "),
        EditorView.lineWrapping,
        sparql(),
        SparqlLanguage.data.of({ commentTokens: { line: "#" } }),
        EditorState.phrases.of(phrasesIn(language)),
        places,
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [(context) => completed(context, { say, terms, find })], icons: false, maxRenderedOptions: 100, defaultKeymap: false }),
        linter(async (view) => all(found(view.state.doc.toString(), await terms(), say)).map(diagnostic), { delay: 900 }),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: "Ctrl-Space", run: startCompletion }, ...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab]),
        EditorView.domEventHandlers({ beforeinput: overSelection }),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          refused = [];
          changed(update.state.doc.toString(), new Set(update.state.field(places).map(({ name }) => name)));
        }),
        THEME,
      ],
    }),
  });
  /** @param {Fault[]} others */
  const all = (others) => [...refused, ...others.filter(({ from }) => !refused.some((one) => one.from <= from && from < one.to))];
  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    /** @param {string} text */
    set(text) {
      this.open(text, []);
    },
    /** An example, with the places of its parameters. @param {string} text @param {import("./examples.js").Place[]} at */
    open(text, at) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, effects: setPlaces.of(at), selection: { anchor: 0 } });
    },
    /** Put a term where a parameter stands. @param {string} name @param {string} term */
    fill(name, term) {
      const own = view.state.field(places).filter((place) => place.name === name);
      view.dispatch({ changes: own.map(({ from, to }) => ({ from, to, insert: term })) });
    },
    /** @param {Fault[]} faults */
    show(faults) {
      refused = faults;
      view.dispatch(setDiagnostics(view.state, faults.map(diagnostic)));
      if (faults[0]) view.dispatch({ effects: EditorView.scrollIntoView(faults[0].from) });
    },
    /** @param {import("./prefixes.js").Change[]} changes */
    apply(changes) {
      view.dispatch({ changes });
      view.focus();
    },
    /** Lay the text out, the cursor and the places of parameters stay where they are. */
    tidy() {
      view.dispatch({ changes: tidied(view.state.doc.toString()), scrollIntoView: true });
      view.focus();
    },
    /** @param {number} at */
    goTo(at) {
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
      view.focus();
    },
  };
}

/**
 * Type over a selection. A browser left to itself keeps the looks of the old text with an inline style, which the
 * portal's policy refuses, with an error on the console.
 * @param {InputEvent} event
 * @param {EditorView} view
 */
function overSelection(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || event.isComposing || empty) return false;
  event.preventDefault();
  const text = event.data;
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
  return true;
}

/** @param {Fault} fault @returns {import("@codemirror/lint").Diagnostic} */
function diagnostic({ from, to, message, severity, remedies }) {
  return {
    from,
    to,
    message,
    severity,
    actions: remedies.map(({ label, changes }) => ({ name: label, apply: (view) => view.dispatch({ changes }) })),
  };
}

/**
 * @param {import("@codemirror/autocomplete").CompletionContext} context
 * @param {Pick<Options, "say" | "terms" | "find">} options
 * @returns {Promise<import("@codemirror/autocomplete").CompletionResult | null>}
 */
async function completed(context, { say, terms, find }) {
  const text = context.state.doc.toString();
  const before = text.slice(0, context.pos);
  const known = await terms();
  const { from, options, more } = complete(before, text, known, say);
  const typed = context.pos - from;
  // Nothing pops up where nothing was typed, unless it was asked for or a class has to follow.
  if (!context.explicit && typed === 0 && !/\sa $/.test(before)) return null;
  const things = more ? ofThings(await find(more), prefixesOf(text, known), say) : [];
  const all = [...options, ...things];
  if (context.aborted || !all.length) return null;
  return { from, filter: false, options: all.map((option) => offered(option, known)) };
}

/**
 * @param {Option} option
 * @param {Terms} terms
 * @returns {import("@codemirror/autocomplete").Completion}
 */
function offered(option, terms) {
  const { label, detail, info, iri } = option;
  return {
    label,
    detail,
    ...(info ? { info } : {}),
    apply(view, completion, from, to) {
      const insert = completion.label;
      const changes = [{ from, to, insert }];
      const text = view.state.doc.toString();
      const name = insert.slice(0, Math.max(0, insert.indexOf(":")));
      const namespace = terms.prefixes[name];
      if (iri && !insert.startsWith("<") && namespace && !declared(text).has(name)) changes.unshift(declaration(text, name, namespace));
      const shift = changes.length > 1 ? changes[0].insert.length : 0;
      view.dispatch({ changes, selection: { anchor: from + insert.length + shift }, userEvent: "input.complete" });
    },
  };
}
