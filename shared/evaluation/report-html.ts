/** A report as one HTML file that loads nothing: tables of figures and plots, to be read in any browser and kept. */
import { escapeHtml, type Plot, renderPlot } from './report-plots.ts';

export interface ReportTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A heading, what to know of it in sentences, its figures and its plots; each but the heading may be missing. */
export interface ReportSection {
  readonly title: string;
  readonly notes?: readonly string[];
  readonly table?: ReportTable;
  readonly plots?: readonly Plot[];
}

const STYLE = `
body { font: 15px/1.5 Helvetica, Arial, sans-serif; color: #222; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid #ccc; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #e4e4e4; white-space: nowrap; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
figure { margin: 1.5rem 0; } figcaption { font-weight: bold; } svg { max-width: 100%; height: auto; }
`;

/** The whole page. Every text given is escaped. Throws RangeError for a row with another number of cells than the head. */
export function renderReport(title: string, sections: readonly ReportSection[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${sections.map(renderSection).join('\n')}
</body>
</html>
`;
}

function renderSection({ title, notes = [], table, plots = [] }: ReportSection): string {
  return [
    '<section>',
    `<h2>${escapeHtml(title)}</h2>`,
    ...notes.map((note) => `<p>${escapeHtml(note)}</p>`),
    ...(table === undefined ? [] : [renderHtmlTable(table)]),
    ...plots.map(
      (plot) =>
        `<figure>\n<figcaption>${escapeHtml(plot.title)}</figcaption>\n${renderPlot(plot)}\n</figure>`,
    ),
    '</section>',
  ].join('\n');
}

function renderHtmlTable({ head, rows }: ReportTable): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  for (const [index, row] of rows.entries())
    if (row.length !== head.length)
      throw new RangeError(`Row ${index} has ${row.length} cells, the head ${head.length}.`);
  return [
    '<div class="table"><table>',
    `<thead>${line(head, 'th')}</thead>`,
    `<tbody>${rows.map((row) => line(row, 'td')).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}
