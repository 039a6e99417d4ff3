/**
 * A query laid out: each statement on a line of its own, indented by what it stands in. Only the space between words changes.
 *
 * @typedef {import("./prefixes.js").Change} Change
 * @typedef {import("./tokens.js").Token} Token
 */

import { tokenize } from "./tokens.js";

/** Words that begin a line, and stand no deeper than what is around them. */
const CLAUSES = new Set(
  "PREFIX BASE SELECT CONSTRUCT ASK DESCRIBE FROM WHERE GROUP HAVING ORDER LIMIT OFFSET OPTIONAL FILTER BIND VALUES MINUS UNION GRAPH SERVICE".split(" "),
);

/** Letters of a line that is not too long, and of a block that needs no lines of its own. */
const [LINE, SHORT] = [100, 90];

/**
 * What has to change in a text; nothing where a string has no end.
 * @param {string} text
 * @returns {Change[]}
 */
export function tidied(text) {
  const tokens = tokenize(text);
  if (!tokens.length || tokens.some(({ kind, text: word }) => kind === "mark" && /["']/.test(word))) return [];
  const inline = onOneLine(text, tokens);
  /** @type {Change[]} */
  const changes = [];
  let parentheses = 0;
  /** @type {boolean[]} The blocks around a word: whether each holds the rows of VALUES. */
  const blocks = [];
  const isMark = (/** @type {Token | undefined} */ token, /** @type {string} */ marks) => token?.kind === "mark" && marks.includes(token.text);
  const clause = (/** @type {Token | undefined} */ token) => (token?.kind === "word" && CLAUSES.has(token.text.toUpperCase()) ? token.text.toUpperCase() : "");
  let [first, last] = ["", ""]; // the clause before, outside all blocks and anywhere
  /** @type {Token | undefined} The word before, if comments are none. */
  let real;
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    if (isMark(token, "}")) blocks.pop();
    const depth = blocks.length;
    if (isMark(token, ")]")) parentheses = Math.max(0, parentheses - 1);
    const gap = text.slice(before?.to ?? 0, token.from);
    const kept = gap.split("\n").length - 1;
    const word = parentheses ? "" : clause(token);
    const closed = !parentheses && !inline.has(at) && token.kind !== "comment";
    const broken =
      kept > 0 || before?.kind === "comment" ||
      (closed && (isMark(before, "{}") || isMark(token, "}") || (depth > 0 && isMark(before, ".;")) || (!!word && !(word === "GRAPH" && clause(before) === "MINUS"))));
    const tight = isMark(before, "(") || isMark(token, ")") || !gap;
    const fresh = !!word || token.kind === "comment" || isMark(token, "{}") || isMark(real, "{}.") || !real || blocks.at(-1);
    let wanted = tight && !isMark(before, "{") && !isMark(token, "}") && !isMark(token, "{") ? gap.trim() : " ";
    if (broken && before) {
      const prologue = /^(PREFIX|BASE)$/.test(first) && !!word && !/^(PREFIX|BASE)$/.test(word);
      wanted = (prologue || kept > 1 ? "\n\n" : "\n") + "  ".repeat(depth + parentheses + Number(!fresh && !parentheses));
    }
    if (!before) wanted = "";
    if (wanted !== gap) changes.push({ from: before?.to ?? 0, to: token.from, insert: wanted });
    if (word) last = word;
    if (word && !depth) first = word;
    if (isMark(token, "{")) blocks.push(last === "VALUES" && !isMark(real, "{}."));
    if (token.kind !== "comment") real = token;
    if (isMark(token, "([")) parentheses += 1;
  });
  const end = tokens[tokens.length - 1].to;
  if (text.slice(end) !== "\n") changes.push({ from: end, to: text.length, insert: "\n" });
  return changes;
}

/**
 * The words of blocks that stand on one line and are short, by their places: what is behind `{` up to `}`.
 * @param {string} text
 * @param {Token[]} tokens
 */
function onOneLine(text, tokens) {
  /** @type {Set<number>} */
  const found = new Set();
  /** @type {number[]} */
  const open = [];
  tokens.forEach((token, at) => {
    if (token.kind !== "mark") return;
    if (token.text === "{") open.push(at);
    if (token.text !== "}") return;
    const from = open.pop();
    if (from === undefined) return;
    const block = text.slice(tokens[from].from, token.to);
    const several = tokens.slice(from, at).some((one, place) => one.kind === "mark" && ".;".includes(one.text) && from + place < at - 1);
    const line = text.slice(text.lastIndexOf("\n", tokens[from].from) + 1).split("\n", 1)[0];
    const short = !block.includes("\n") && (line.length <= LINE || (block.length <= SHORT && !several));
    // The outermost block has its lines, unless it is all there is.
    if (short && (open.length > 0 || text.length <= SHORT)) for (let place = from + 1; place <= at; place++) found.add(place);
  });
  return found;
}
