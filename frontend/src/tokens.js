/**
 * The words of a SPARQL text that may still be incomplete, and where in a query a place is.
 *
 * @typedef {"comment" | "iri" | "string" | "variable" | "name" | "blank" | "word" | "number" | "language" | "mark"} Kind
 * @typedef {{ kind: Kind, text: string, from: number, to: number }} Token
 * @typedef {"outside" | "select" | "subject" | "predicate" | "object" | "graph" | "after" | "expression" | "values" | "prologue"} Slot
 * @typedef {{ slot: Slot, subject: string, predicate: string }} Place
 */

/** @type {[Kind, RegExp][]} SPARQL 1.1, section 19.8, as far as telling words apart needs it. */
const PATTERNS = [
  ["comment", /#[^\n\r]*/y],
  ["iri", /<[^<>"{}|^`\\\u0000-\u0020]*>/y],
  ["string", /"""(?:"{0,2}(?:[^"\\]|\\[^]))*"""|'''(?:'{0,2}(?:[^'\\]|\\[^]))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'/y],
  ["variable", /[?$][\p{L}\p{N}_]+/uy],
  ["blank", /_:[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?/uy],
  ["name", /(?:\p{L}(?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?)?:(?:(?:[\p{L}\p{N}_:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])(?:(?:[\p{L}\p{N}_:.-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])*(?:[\p{L}\p{N}_:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]))?)?/uy],
  ["language", /@[A-Za-z]+(?:-[A-Za-z0-9]+)*/y],
  ["number", /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["word", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["mark", /\^\^|&&|\|\||!=|<=|>=|[^]/uy],
];

const SPACE = /\s+/y;

/**
 * The words of a text, in order, without the space between them.
 * @param {string} text
 * @returns {Token[]}
 */
export function tokenize(text) {
  /** @type {Token[]} */
  const tokens = [];
  let at = 0;
  while (at < text.length) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) {
      at = SPACE.lastIndex;
      continue;
    }
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      if (!pattern.test(text)) continue;
      const to = pattern.lastIndex;
      tokens.push({ kind, text: text.slice(at, to), from: at, to });
      at = to;
      break;
    }
  }
  return tokens;
}

const FORMS = new Set(["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]);

/**
 * The form of a query: the first of SELECT, ASK, CONSTRUCT and DESCRIBE; none if there is none yet.
 * @param {string} text
 */
export function formOf(text) {
  for (const token of tokenize(text)) {
    if (token.kind === "word" && FORMS.has(token.text.toUpperCase())) return token.text.toUpperCase();
  }
  return "";
}

const TERMS = new Set(["iri", "string", "variable", "name", "blank", "number"]);

/** @typedef {{ slot: Slot, subject: string, predicate: string, path?: boolean }} Frame */

/**
 * What may stand at the end of a text: a subject, a predicate, an object ...
 *
 * The text is what stands before the word that is being typed; it need not be correct.
 * @param {string} text
 * @returns {Place}
 */
export function placeAtEnd(text) {
  /** @type {Frame[]} */
  const stack = [{ slot: "outside", subject: "", predicate: "" }];
  const top = () => /** @type {Frame} */ (stack.at(-1));
  /** @param {Slot} slot */
  const push = (slot) => stack.push({ slot, subject: "", predicate: "" });
  let typed = false; // behind ^^ stands a datatype, which is no term of its own
  let before = "";
  for (const { kind, text: word } of tokenize(text)) {
    const frame = top();
    const upper = kind === "word" ? word.toUpperCase() : "";
    if (kind === "comment" || kind === "language") continue;
    if (kind === "mark") {
      if (word === "{") push(before === "VALUES" || frame.slot === "values" ? "values" : "subject");
      else if (word === "(") {
        if (frame.slot === "predicate") stack.push({ ...frame, path: true });
        else push(frame.slot === "values" ? "values" : "expression");
      } else if (word === "[") {
        // What stands inside is said of a blank node.
        stack.push({ slot: "predicate", subject: "[]", predicate: "" });
      } else if (word === "}" || word === ")" || word === "]") {
        if (stack.length > 1) stack.pop();
        if (word === "}") top().slot = top().slot === "outside" || top().slot === "select" ? "outside" : "subject";
        else if (word === "]" || frame.path) advance(top(), word);
      } else if (frame.slot === "expression" || frame.slot === "values") {
        // Operators and separators change nothing there.
      } else if (stack.length > 1) {
        if (word === ".") frame.slot = "subject";
        else if (word === ";") frame.slot = "predicate";
        else if (word === ",") frame.slot = "object";
        else if ((word === "/" || word === "|") && frame.slot === "object") frame.slot = "predicate";
      }
      typed = word === "^^";
      before = before === "VALUES" && word !== "{" ? before : word;
      continue;
    }
    if (typed) {
      typed = false;
    } else if (upper === "PREFIX" || upper === "BASE") {
      frame.slot = "prologue";
    } else if (FORMS.has(upper)) {
      frame.slot = "select";
    } else if (upper === "WHERE" || upper === "FROM" || upper === "NAMED") {
      if (frame.slot === "select" && upper === "WHERE") frame.slot = "outside";
    } else if (upper === "GRAPH" || upper === "SERVICE") {
      frame.slot = "graph";
    } else if (frame.slot === "graph") {
      if (TERMS.has(kind)) frame.slot = "subject";
    } else if (frame.slot === "prologue") {
      if (kind === "iri") frame.slot = "outside";
    } else if (TERMS.has(kind) || (upper === "A" && frame.slot === "predicate") || upper === "TRUE" || upper === "FALSE") {
      if (before !== "VALUES") advance(frame, word);
    } else if (upper && frame.slot === "after") {
      frame.slot = "subject"; // OPTIONAL, FILTER ... need no full stop before them
    }
    before = upper === "VALUES" ? upper : before === "VALUES" && kind === "variable" ? before : word;
  }
  const { slot, subject, predicate } = top();
  return { slot, subject, predicate };
}

/**
 * Take a term into a triple.
 * @param {Frame} frame
 * @param {string} word
 */
function advance(frame, word) {
  if (frame.slot === "subject") [frame.slot, frame.subject] = ["predicate", word];
  else if (frame.slot === "predicate") [frame.slot, frame.predicate] = ["object", word];
  else if (frame.slot === "object") frame.slot = "after";
}

/**
 * The variables of a text, each once, as they are written.
 * @param {string} text
 */
export function variables(text) {
  return [...new Set(tokenize(text).flatMap((t) => (t.kind === "variable" ? [`?${t.text.slice(1)}`] : [])))];
}

/**
 * The classes that a text gives a variable: what stands behind `?x a`.
 * @param {string} text
 * @param {string} variable
 */
export function classesOf(text, variable) {
  const tokens = tokenize(text).filter((t) => t.kind !== "comment");
  /** @type {string[]} */
  const found = [];
  let subject = "";
  let fresh = true;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "mark" && /^[.{}]$/.test(token.text)) fresh = true;
    else if (fresh && TERMS.has(token.kind)) [subject, fresh] = [token.text, false];
    else if (token.kind === "word" && token.text === "a" && subject === variable) {
      const next = tokens[at + 1];
      if (next && (next.kind === "name" || next.kind === "iri")) found.push(next.text);
    }
  }
  return found;
}
