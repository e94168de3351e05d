import { escapeHtml } from "./escape-html.ts";
import type { Cell, FigureTable } from "./figure.ts";

/** A table whose numbers carry their full value and their path into the file. */
export function htmlTable({ headings, rows }: FigureTable, label: string): string {
  const head = headings.map((heading) => `<th scope="col">${escapeHtml(heading)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map(htmlCell).join("")}</tr>`).join("\n");
  return `<div class="beside"><div class="table" role="region" tabindex="0" aria-label="${escapeHtml(label)}"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div></div>`;
}

function htmlCell(cell: Cell): string {
  if (typeof cell === "string") return `<td>${escapeHtml(cell)}</td>`;
  const { value, path, text } = cell;
  const where = path === undefined ? "" : ` data-path="${escapeHtml(path)}"`;
  const title = path === undefined ? String(value) : `${path} = ${value}`;
  return `<td class="number"><data value="${value}"${where} title="${escapeHtml(title)}">${escapeHtml(text)}</data></td>`;
}
