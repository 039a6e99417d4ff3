/**
 * Read N-Triples, as our endpoint writes them.
 *
 * @typedef {import("./ask.js").Term} Term
 */

const TERM = /\s*(?:<([^>]*)>|_:(\S+?)(?=\s)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?)/y;

/** @type {Record<string, string>} */
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/** @param {string} text */
const plain = (text) =>
  text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, char) =>
    char ? (ESCAPES[char] ?? char) : String.fromCodePoint(parseInt(short ?? long, 16)),
  );

/**
 * The triples of a text; a line that is none is an error that names it.
 * @param {string} text
 * @returns {[Term, Term, Term][]}
 */
export function parseNTriples(text) {
  /** @type {[Term, Term, Term][]} */
  const triples = [];
  for (const line of text.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    TERM.lastIndex = 0;
    const terms = [term(line), term(line), term(line)];
    const [subject, predicate, object] = terms;
    if (!subject || !predicate || !object) throw new SyntaxError(`no triple: ${line.slice(0, 200)}`);
    triples.push([subject, predicate, object]);
  }
  return triples;
}

/**
 * @param {string} line
 * @returns {Term | null}
 */
function term(line) {
  const found = TERM.exec(line);
  if (!found) return null;
  const [, iri, blank, string, language, datatype] = found;
  if (iri !== undefined) return { type: "uri", value: plain(iri) };
  if (blank !== undefined) return { type: "bnode", value: blank };
  /** @type {Term} */
  const literal = { type: "literal", value: plain(string ?? "") };
  if (language) literal["xml:lang"] = language;
  if (datatype) literal.datatype = plain(datatype);
  return literal;
}
