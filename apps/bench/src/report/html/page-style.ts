import { DRAWING_RULES } from "./draw-figure.ts";
import { paletteRules } from "./palette.ts";

const LAYOUT = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1280px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font:600 30px/1.2 "Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif;margin:0 0 6px}
h2{font:600 22px/1.25 "Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif;margin:56px 0 4px}
h3{font-size:16px;line-height:1.35;margin:0 0 2px}
p{margin:0 0 10px;max-width:80ch}
a{color:var(--green)}
.lead,.caption{color:var(--ink-soft)}
.caption{font-size:14px}
nav ul{list-style:none;margin:18px 0 0;padding:0;display:grid;gap:8px}
nav li{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:10px 16px}
nav li small{color:var(--ink-soft);overflow-wrap:anywhere;display:block}
details{margin:6px 0 18px;color:var(--ink-soft);font-size:14px}
summary{cursor:pointer}
details ul{margin:6px 0 0;padding-left:20px;max-width:90ch}
.figure{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:20px 22px 14px;margin:18px 0;display:grid;gap:4px 28px;grid-template-columns:minmax(0,1fr)}
.drawing svg{display:block;width:100%;height:auto;overflow:visible}
.drawing{max-width:760px;padding:6px 0}
.narrow{display:none}
.source{font-size:12.5px;color:var(--ink-faint);margin:4px 0 0;overflow-wrap:anywhere}
code{font:0.92em ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,monospace}
.table{overflow:auto;max-height:520px;border-top:1px solid var(--line);align-self:start}
.table:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--green);outline-offset:2px}
table{border-collapse:collapse;font-size:13px;width:100%}
th,td{padding:4px 10px 4px 0;text-align:left;vertical-align:top;white-space:nowrap}
td:first-child,th:first-child{padding-left:2px}
th{position:sticky;top:0;background:var(--surface);color:var(--ink-soft);font-weight:500;white-space:normal;vertical-align:bottom;min-width:5ch}
td.number{text-align:right}
tbody tr+tr td{border-top:1px solid var(--line)}
footer{padding-top:32px;padding-bottom:40px;color:var(--ink-faint);font-size:13px}
@media (min-width:1160px){
.figure{grid-template-columns:minmax(0,1fr) 450px}
.figure>.words,.figure>.source{grid-column:1/-1}
.beside{position:relative;min-height:240px}
.table{position:absolute;inset:0;align-self:stretch;max-height:none;border-top:0}
}
@media (max-width:560px){
main,header,footer{padding-left:12px;padding-right:12px}
header{padding-top:20px}
h1{font-size:25px}
.figure{padding:14px 12px 10px;border-radius:8px}
.wide{display:none}
.narrow{display:block}
.table{max-height:320px}
}
@media print{
body{background:#fff;font-size:10.5pt}
main,header,footer{max-width:none;padding:0}
.figure{display:block;break-inside:avoid;border:0;padding:0 0 8px}
.drawing{max-width:16.5cm}
.drawing.wide{display:block}
.drawing.narrow,details:not([open])>ul{display:none}
.table{position:static;max-height:none;overflow:visible}
.table table{font-size:8pt}
h2{break-after:avoid}
}`;

/** The page's only style: no font, no image, nothing from elsewhere. */
export const PAGE_STYLE: string = [paletteRules(":root"), DRAWING_RULES, LAYOUT.trim()].join("\n");
