/**
 * The same question as a program: curl, Python, R, JavaScript.
 *
 * @typedef {"curl" | "python" | "r" | "javascript"} Language
 */

/**
 * A program that asks a query and reads its answer.
 * @param {Language} language
 * @param {string} endpoint
 * @param {string} query
 * @param {string} form
 */
export function snippet(language, endpoint, query, form) {
  const rows = form === "SELECT";
  const text = query.trim() + "\n";
  const write = { curl, python: rows ? pandas : form === "ASK" ? pythonAsk : rdflib, r: rows ? r : rText, javascript }[language];
  return write(endpoint, text, accept(language, form), form);
}

/**
 * @param {Language} language
 * @param {string} form
 */
function accept(language, form) {
  if (form === "CONSTRUCT" || form === "DESCRIBE") return language === "javascript" ? "application/ld+json" : "text/turtle";
  if (form === "ASK" || language === "javascript") return "application/sparql-results+json";
  return "text/csv";
}

/** @type {(endpoint: string, query: string, accept: string) => string} */
const curl = (endpoint, query, type) => `curl --silent --show-error --fail --get ${shell(endpoint)} \\
  --header ${shell(`Accept: ${type}`)} \\
  --data-urlencode ${shell(`query=${query}`)}
`;

/** @param {string} text */
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @type {(endpoint: string, query: string, accept: string) => string} */
const pandas = (endpoint, query, type) => `from io import StringIO

import pandas as pd
import requests

query = ${python(query)}
answer = requests.get(
    ${JSON.stringify(endpoint)}, params={"query": query}, headers={"Accept": "${type}"}, timeout=60
)
answer.raise_for_status()
rows = pd.read_csv(StringIO(answer.text))
print(rows)
`;

/** @type {(endpoint: string, query: string, accept: string) => string} */
const pythonAsk = (endpoint, query, type) => `import requests

query = ${python(query)}
answer = requests.get(
    ${JSON.stringify(endpoint)}, params={"query": query}, headers={"Accept": "${type}"}, timeout=60
)
answer.raise_for_status()
print(answer.json()["boolean"])
`;

/** @type {(endpoint: string, query: string, accept: string) => string} */
const rdflib = (endpoint, query, type) => `import requests
from rdflib import Graph

query = ${python(query)}
answer = requests.get(
    ${JSON.stringify(endpoint)}, params={"query": query}, headers={"Accept": "${type}"}, timeout=60
)
answer.raise_for_status()
graph = Graph().parse(data=answer.text, format="turtle")
print(len(graph))
`;

/** @param {string} text */
const python = (text) => `"""\\\n${text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')}"""`;

/** @type {(endpoint: string, query: string, accept: string) => string} */
const r = (endpoint, query, type) => `library(httr2)

query <- ${rString(query)}
answer <- request(${JSON.stringify(endpoint)}) |>
  req_url_query(query = query) |>
  req_headers(Accept = "${type}") |>
  req_perform()
rows <- read.csv(text = resp_body_string(answer), check.names = FALSE)
print(rows)
`;

/** @type {(endpoint: string, query: string, accept: string) => string} */
const rText = (endpoint, query, type) => `library(httr2)

query <- ${rString(query)}
answer <- request(${JSON.stringify(endpoint)}) |>
  req_url_query(query = query) |>
  req_headers(Accept = "${type}") |>
  req_perform()
cat(resp_body_string(answer))
`;

/** R's raw strings take anything but their own end. @param {string} text */
function rString(text) {
  let dashes = "";
  while (text.includes(`)${dashes}"`)) dashes += "-";
  return `r"${dashes}(${text})${dashes}"`;
}

/** @type {Record<string, string>} What JavaScript does with an answer of a form. */
const READ = {
  SELECT: `const { head, results } = await answer.json();
const rows = results.bindings.map((row) => Object.fromEntries(head.vars.map((name) => [name, row[name]?.value])));
console.table(rows);
`,
  ASK: "console.log((await answer.json()).boolean);\n",
};

/** @type {(endpoint: string, query: string, accept: string, form: string) => string} */
const javascript = (endpoint, query, type, form) => `const query = \`${query.replace(/[\\`]|\$\{/g, "\\$&")}\`;
const address = new URL(${JSON.stringify(endpoint)});
address.searchParams.set("query", query);
const answer = await fetch(address, { headers: { Accept: "${type}" } });
if (!answer.ok) throw new Error(await answer.text());
${READ[form] ?? "console.log(JSON.stringify(await answer.json(), null, 1));\n"}`;
