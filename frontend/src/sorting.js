/** Sorts the tables of a page that ask for it (`table.sortable`) by the column that a reader picks. */

const language = document.documentElement.lang;
const words = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

for (const table of document.querySelectorAll("table.sortable")) {
  for (const head of table.querySelectorAll("thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(/** @type {HTMLTableElement} */ (table), /** @type {HTMLTableCellElement} */ (head)));
    head.append(button);
  }
}

/**
 * Sorts the rows by a column: downwards first for numbers and dates, upwards for words, and the other way at the next click.
 * Rows that are alike keep their order.
 * @param {HTMLTableElement} table
 * @param {HTMLTableCellElement} head
 */
function sort(table, head) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: (row.cells[head.cellIndex]?.textContent ?? "").trim() }));
  const before = head.getAttribute("aria-sort");
  const numbers = rows.every(({ text }) => text === "" || /^[\d\s.-]+$/.test(text));
  const up = before ? before === "descending" : !numbers;
  rows.sort((a, b) => {
    if (!a.text || !b.text) return Number(!a.text) - Number(!b.text);
    return words.compare(a.text, b.text) * (up ? 1 : -1);
  });
  for (const { row } of rows) body.append(row);
  for (const other of table.querySelectorAll("thead th[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
}
