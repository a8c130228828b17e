/** The report as a file: whole, loading nothing, and saying what it was given, whatever that is. */
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../shared/evaluation/report-html.ts';
import { escapeHtml, type Plot, renderPlot } from '../../../shared/evaluation/report-plots.ts';

const estimate = (mean: number, half = 0.1) => ({ mean, low: mean - half, high: mean + half });
const EVIL = `<script>alert("x")</script>&'\u0000`;

const bars = (name: string): Plot => ({
  kind: 'bars',
  title: `Bars of ${name}`,
  unit: name,
  groups: [name, 'repeat'],
  series: [
    { name, values: [estimate(0.4), null] },
    { name: 'other', values: [null, estimate(0.2)] },
  ],
});
const lines = (name: string): Plot => ({
  kind: 'lines',
  title: `Lines of ${name}`,
  xTitle: name,
  unit: name,
  series: [{ name, points: [1, 2, 3].map((x) => ({ x, ...estimate(x) })) }],
});
const differences = (name: string): Plot => ({
  kind: 'differences',
  title: `Differences of ${name}`,
  unit: name,
  entries: [
    { name, ...estimate(-0.2) },
    { name: 'b', ...estimate(0.3) },
  ],
});
const PLOTS = [bars, lines, differences];

/** Tags of a text in order, void ones left out; comments and text are no concern. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi,
  )) {
    if (['meta', 'br', 'hr'].includes(name) || rest.endsWith('/')) continue;
    if (closing === '') open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}

const page = (name: string): string =>
  renderReport(name, [
    { title: name, notes: [name, 'Said.'], table: { head: [name, 'figure'], rows: [[name, '1.0']] } },
    { title: 'Plots', plots: PLOTS.map((plot) => plot(name)) },
  ]);

describe('a report', () => {
  test('is one whole page', () => {
    const html = page('Plain');
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html.trimEnd()).toMatch(/<\/html>$/);
    expect(html).toContain('<meta charset="utf-8">');
    expect(unbalanced(html)).toEqual([]);
    expect(unbalanced('<p><b></p>')).not.toEqual([]);
    expect(html).toContain('<td>Plain</td><td>1.0</td>');
  });

  test('has one SVG a plot, each with its caption and a name', () => {
    const html = page('Plain');
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html.match(/<figcaption>/g)).toHaveLength(3);
    for (const title of ['Bars of Plain', 'Lines of Plain', 'Differences of Plain'])
      expect(html).toContain(`<svg role="img" aria-label="${title}"`);
    expect(renderReport('No plots', []).match(/<svg /g)).toBeNull();
  });

  test('loads nothing and runs nothing', () => {
    const html = page('Plain');
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|\/\/[a-z]/i);
    expect(html).not.toMatch(/<(script|link|img|iframe|image|use|object|embed)\b/i);
    expect(html).not.toMatch(/\b(src|href|on[a-z]+)=|url\(|@import/i);
    expect(html).toContain(`default-src 'none'`);
  });

  test('escapes all it is given', () => {
    const html = page(EVIL);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('alert("x")');
    expect(unbalanced(html)).toEqual([]);
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(10);
    expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
  });

  test('is the same whenever it is made, and has no id twice', () => {
    const html = page('Plain');
    expect(page('Plain')).toBe(html);
    expect(html).not.toMatch(/\sid=|class="zr/);
  });

  test('refuses a row that does not fit its head', () => {
    const table = { head: ['a', 'b'], rows: [['1', '2'], ['1']] };
    expect(() => renderReport('x', [{ title: 'x', table }])).toThrow('Row 1 has 1 cells');
  });
});

describe('plots', () => {
  /** Heights of the rectangles in a colour. */
  const heights = (svg: string, colour: string): number[] =>
    [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0l0 ([\d.]+)[^"]*"[^>]*fill="(#[0-9a-f]+)"/g)]
      .filter(([, , , , , fill]) => fill === colour)
      .map(([, , , , height]) => Number(height));

  test('bars are as high as their figures, and what is not known is not drawn', () => {
    const svg = renderPlot(bars('ndcg'));
    const [first, ...others] = heights(svg, '#0072b2');
    const [second, ...rest] = heights(svg, '#d55e00');
    expect([...others, ...rest]).toEqual([]);
    expect((first as number) / (second as number)).toBeCloseTo(2, 1);
  });

  test('hold their labels', () => {
    for (const plot of PLOTS)
      expect(renderPlot(plot('a name')).match(/>a name</g)?.length).toBeGreaterThan(0);
  });

  test('are drawn of nothing too', () => {
    expect(renderPlot({ kind: 'lines', title: 't', xTitle: 'x', unit: 'u', series: [] })).toContain('<svg');
    expect(renderPlot({ kind: 'bars', title: 't', unit: 'u', groups: [], series: [] })).toContain('<svg');
    expect(renderPlot({ kind: 'differences', title: 't', unit: 'u', entries: [] })).toContain('<svg');
  });
});
