/**
 * Ask the endpoint: an answer while it comes in, its progress, and what went wrong.
 *
 * @typedef {{ type: "uri" | "literal" | "bnode" | "triple", value: any, "xml:lang"?: string, datatype?: string }} Term
 * @typedef {Record<string, Term>} Row
 * @typedef {{ form: "rows", columns: string[], rows: Row[] }} Rows
 * @typedef {{ form: "boolean", value: boolean }} Yes
 * @typedef {{ form: "graph", triples: [Term, Term, Term][] }} Graph
 * @typedef {(Rows | Yes | Graph) & { text: string, milliseconds: number }} Answer
 * @typedef {{ title: string, detail: string, status: number, line?: number, column?: number }} Problem
 */

import { parseNTriples } from "./ntriples.js";

/** Bytes of an answer that a page still reads; what is longer is for the downloads. */
export const MOST = 48 * 1024 * 1024;

/** The title of the problem that an answer is longer than that. */
export const TOO_LONG = "too long";

/** A query that fits into an address can be kept by caches on the way. */
const LONGEST_ADDRESS = 6000;

const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";

/** What the endpoint refused, or why nothing came. */
export class AskError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/**
 * The answer to a query. Aborting `signal` closes the connection, which ends the evaluation at the server.
 * @param {string} endpoint
 * @param {string} query
 * @param {{ signal?: AbortSignal, others?: [string, string][], onProgress?: (bytes: number) => void }} [options]
 * @returns {Promise<Answer>}
 */
export async function ask(endpoint, query, { signal, others = [], onProgress } = {}) {
  const started = performance.now();
  const response = await send(endpoint, query, others, ACCEPT, signal);
  const text = await read(response, onProgress);
  const milliseconds = performance.now() - started;
  return { ...understood(text, response.headers.get("content-type") ?? ""), text, milliseconds };
}

/**
 * The answer to a query as text of a media type.
 * @param {string} endpoint
 * @param {string} query
 * @param {string} accept
 * @param {[string, string][]} others
 */
export async function askText(endpoint, query, accept, others = []) {
  return read(await send(endpoint, query, others, accept));
}

/**
 * @param {string} endpoint
 * @param {string} query
 * @param {[string, string][]} others
 * @param {string} accept
 * @param {AbortSignal} [signal]
 */
async function send(endpoint, query, others, accept, signal) {
  const fields = new URLSearchParams([["query", query], ...others]);
  const address = `${endpoint}?${fields}`;
  const headers = { Accept: accept };
  const response =
    address.length < LONGEST_ADDRESS
      ? await fetch(address, { headers, signal: signal ?? null })
      : await fetch(endpoint, { method: "POST", body: fields, headers, signal: signal ?? null });
  if (!response.ok) throw new AskError(await problemOf(response));
  return response;
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problemOf(response) {
  const text = await response.text();
  try {
    return { title: response.statusText, detail: "", ...JSON.parse(text), status: response.status };
  } catch {
    return { title: response.statusText, detail: text.slice(0, 2000), status: response.status };
  }
}

/**
 * @param {Response} response
 * @param {(bytes: number) => void} [onProgress]
 */
async function read(response, onProgress) {
  if (!response.body) return response.text();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MOST) {
      await reader.cancel();
      throw new AskError({ title: TOO_LONG, detail: "", status: 0 });
    }
    text += decoder.decode(value, { stream: true });
    onProgress?.(bytes);
  }
}

/**
 * @param {string} text
 * @param {string} type
 * @returns {Rows | Yes | Graph}
 */
export function understood(text, type) {
  if (!type.startsWith("application/sparql-results+json")) return { form: "graph", triples: parseNTriples(text) };
  const { head, results, boolean } = JSON.parse(text);
  if (typeof boolean === "boolean") return { form: "boolean", value: boolean };
  return { form: "rows", columns: head.vars, rows: results.bindings };
}
