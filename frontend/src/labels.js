/**
 * The names of things: asked for in one further query, in the best language there is.
 *
 * @typedef {{ text: string, language: string }} Label
 * @typedef {(query: string) => Promise<import("./ask.js").Answer>} Ask
 */

const NAMES = [
  "http://www.w3.org/2004/02/skos/core#prefLabel",
  "http://www.w3.org/2000/01/rdf-schema#label",
  "http://purl.org/dc/terms/title",
  "http://xmlns.com/foaf/0.1/name",
];

/** Languages that are tried after the asked one, as on all pages of the portal. */
const FALLBACK = ["en", "nl", "fr"];

/** Things in one query. */
const BATCH = 400;

const SAFE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]*$/;

/** Remembers the labels of things. */
export class Labels {
  /** @type {Map<string, Label | null>} */
  #known = new Map();
  #ask;
  #order;

  /**
   * @param {Ask} ask
   * @param {string} language
   */
  constructor(ask, language) {
    this.#ask = ask;
    this.#order = [language, ...FALLBACK.filter((other) => other !== language)];
  }

  /**
   * The label of a thing, if it has one and it was asked for.
   * @param {string} iri
   * @returns {Label | undefined}
   */
  get(iri) {
    return this.#known.get(iri) ?? undefined;
  }

  /**
   * Ask for the labels of things; whether any came that were not known. A failure leaves them without labels.
   * @param {Iterable<string>} iris
   */
  async want(iris) {
    const wanted = [...new Set(iris)].filter((iri) => !this.#known.has(iri) && SAFE.test(iri));
    let came = false;
    for (let at = 0; at < wanted.length; at += BATCH) {
      const batch = wanted.slice(at, at + BATCH);
      for (const iri of batch) this.#known.set(iri, null);
      try {
        const answer = await this.#ask(labelQuery(batch));
        if (answer.form === "rows") came = this.#learn(answer.rows) || came;
      } catch {
        return came;
      }
    }
    return came;
  }

  /** @param {import("./ask.js").Row[]} rows */
  #learn(rows) {
    /** @type {Map<string, { rank: number, label: Label }>} */
    const best = new Map();
    for (const { thing, name, label } of rows) {
      if (!thing || !name || label?.type !== "literal") continue;
      const language = label["xml:lang"] ?? "";
      const place = this.#order.indexOf(language);
      const rank = NAMES.indexOf(name.value) * 100 + (place >= 0 ? place : language ? 50 : 60);
      const known = best.get(thing.value);
      if (!known || rank < known.rank) best.set(thing.value, { rank, label: { text: label.value, language } });
    }
    for (const [iri, { label }] of best) this.#known.set(iri, label);
    return best.size > 0;
  }
}

/**
 * @param {string[]} iris
 */
export function labelQuery(iris) {
  const things = iris.map((iri) => `<${iri}>`).join(" ");
  const names = NAMES.map((iri) => `<${iri}>`).join(" ");
  return `SELECT ?thing ?name ?label WHERE { VALUES ?thing { ${things} } VALUES ?name { ${names} } ?thing ?name ?label }`;
}
