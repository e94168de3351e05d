import { createHash } from "node:crypto";
import { drawFigure, NARROW, WIDE } from "./draw-figure.ts";
import { escapeHtml } from "./escape-html.ts";
import type { Figure, Section } from "./figure.ts";
import { htmlTable } from "./html-table.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { readRecord } from "./read-record.ts";
import type { ReportFile } from "./report-file.ts";

/** Says to the browser that the page may load nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * One page with the plots and tables of results: no script, nothing from elsewhere, the files themselves inside.
 * @throws BenchError for a file that no suite of the bench wrote, or for none.
 */
export function htmlReport(files: readonly ReportFile[]): string {
  const sections = files.map((file, i) => ({
    file,
    id: `file-${i + 1}`,
    section: readRecord(file),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>SiftAttention: what was measured</title>
<style>
${PAGE_STYLE}
</style>
</head>
<body>
<header>
<h1>SiftAttention: what was measured</h1>
<p class="lead">Plots and tables of the bench, drawn from the files below. Each file is inside this page, unchanged; point at a mark or a number to see where it stands in its file.</p>
<nav aria-label="Results"><ul>
${sections.map(fileEntry).join("\n")}
</ul></nav>
</header>
<main>
${sections.map(sectionHtml).join("\n")}
</main>
<footer>Made by <code>pnpm bench report</code>. Words are those of the project's glossary: <i>kept</i> is per query head, <i>union</i> is what memory reads, τ is the share of keys meant to be dropped.</footer>
</body>
</html>
`;
}

interface PlacedSection {
  readonly file: ReportFile;
  readonly id: string;
  readonly section: Section;
}

function fileEntry({ file, id, section }: PlacedSection): string {
  const bytes = Buffer.from(file.text, "utf8");
  const digest = createHash("sha256").update(bytes).digest("hex");
  const data = `data:application/json;base64,${bytes.toString("base64")}`;
  return `<li><a href="#${id}">${escapeHtml(section.heading)}</a>
<small><a download="${escapeHtml(file.name)}" href="${data}">${escapeHtml(file.name)}</a>, ${(bytes.length / 1000).toFixed(0)} kB, SHA-256 ${digest}</small></li>`;
}

function sectionHtml({ file, id, section }: PlacedSection): string {
  const { heading, summary, protocol, figures } = section;
  const drawn = figures.map((figure, i) =>
    figureHtml(figure, { file, id: `${id}-${figure.id}-${i + 1}` }),
  );
  return `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${escapeHtml(heading)}</h2>
<p class="lead">${escapeHtml(summary)}</p>
<details><summary>How it was measured</summary><ul>
${protocol.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("\n")}
</ul></details>
${drawn.join("\n")}
</section>`;
}

function figureHtml(
  figure: Figure,
  { file, id }: { readonly file: ReportFile; readonly id: string },
): string {
  const fields = figure.fields.map((field) => `<code>${escapeHtml(field)}</code>`).join(", ");
  return `<article class="figure" id="${id}" aria-labelledby="${id}-title">
<div class="words"><h3 id="${id}-title">${escapeHtml(figure.title)}</h3>
<p class="caption">${escapeHtml(figure.caption)}</p></div>
<div class="drawing wide">${drawFigure(figure, WIDE)}</div>
<div class="drawing narrow">${drawFigure(figure, NARROW)}</div>
${htmlTable(figure.table, `Numbers of: ${figure.title}`)}
<p class="source">From ${escapeHtml(file.name)}: ${fields}</p>
</article>`;
}
