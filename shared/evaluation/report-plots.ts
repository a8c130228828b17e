/** Plots of a report as SVG texts, drawn by echarts without a browser: nothing moves and nothing is loaded. */

import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import type { EChartsCoreOption } from 'echarts/core';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Estimate } from './bootstrap.ts';

use([BarChart, CustomChart, GridComponent, LegendComponent, LineChart, SVGRenderer]);

/** Bars side by side within each group, with their intervals; null draws nothing. */
export interface BarPlot {
  readonly kind: 'bars';
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (Estimate | null)[] }[];
}

/** Lines over x, each within the band of its intervals; a curve without any has a band of no height. */
export interface LinePlot {
  readonly kind: 'lines';
  readonly title: string;
  readonly xTitle: string;
  readonly unit: string;
  readonly series: readonly {
    readonly name: string;
    /** By ascending x. */
    readonly points: readonly (Estimate & { readonly x: number })[];
  }[];
  /** Draws y = x for comparison, named so. */
  readonly diagonal?: string;
}

/** Horizontal bars around 0, the first entry on top. */
export interface DifferencePlot {
  readonly kind: 'differences';
  readonly title: string;
  readonly unit: string;
  readonly entries: readonly ({ readonly name: string } & Estimate)[];
}

export type Plot = BarPlot | LinePlot | DifferencePlot;

const WIDTH = 860;
const FONT = 'Helvetica, Arial, sans-serif';
/** Okabe and Ito's colours, which the colour-blind tell apart; without yellow, too pale on white. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#444444'];
const INK = '#333333';
const GRID = { left: 76, right: 24, top: 48, bottom: 52 };
const AXIS = {
  nameLocation: 'middle' as const,
  nameTextStyle: { color: INK, fontSize: 12, fontFamily: FONT },
  axisLabel: { color: INK, fontSize: 12, fontFamily: FONT, hideOverlap: true },
};
const LEGEND = { top: 4, textStyle: { color: INK, fontSize: 12, fontFamily: FONT } };
const colourOf = (index: number): string => COLOURS[index % COLOURS.length] as string;

/** One SVG element without ids or classes of its own, so that several may stand in one page. */
export function renderPlot(plot: Plot): string {
  const height = plot.kind === 'differences' ? 90 + 34 * plot.entries.length : 340;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...optionOf(plot) });
    return standalone(chart.renderToSVGString(), plot.title);
  } finally {
    chart.dispose();
  }
}

function optionOf(plot: Plot): EChartsCoreOption {
  if (plot.kind === 'bars') return barOption(plot);
  return plot.kind === 'lines' ? lineOption(plot) : differenceOption(plot);
}

/** What renderItem() of a custom series is given, as far as it is used here. */
interface Drawing {
  readonly coord: (point: readonly [number, number]) => readonly [number, number];
  readonly size: (extent: readonly [number, number]) => readonly [number, number];
}

const whisker = (points: readonly (readonly [number, number])[]) => ({
  type: 'polyline',
  shape: { points },
  style: { stroke: INK, lineWidth: 1.2, fill: 'none' },
});

function barOption({ unit, groups, series }: BarPlot): EChartsCoreOption {
  const count = series.length;
  const width = 0.8 / Math.max(1, count);
  const offset = (index: number): number => (index - (count - 1) / 2) * width;
  return {
    grid: GRID,
    legend: { ...LEGEND, data: series.map(({ name }) => name) },
    xAxis: { ...AXIS, type: 'category', data: [...groups] },
    yAxis: { ...AXIS, type: 'value', name: unit, nameGap: 54 },
    series: series.map(({ name, values }, index) => ({
      type: 'custom',
      name,
      itemStyle: { color: colourOf(index) },
      // The bounds too, so that the axis holds them.
      encode: { x: 0, y: [1, 2, 3] },
      data: values.flatMap((value, group) =>
        value === null ? [] : [[group, value.mean, Math.min(value.low, 0), value.high]],
      ),
      renderItem: (at: { dataIndexInside: number }, drawing: Drawing) => {
        const [group, value] = values.flatMap((entry, place) =>
          entry === null ? [] : [[place, entry] as const],
        )[at.dataIndexInside] as readonly [number, Estimate];
        const band = drawing.size([1, 0])[0];
        const x = drawing.coord([group, 0])[0] + offset(index) * band;
        const half = (width * band * 0.86) / 2;
        const y = (amount: number): number => drawing.coord([group, amount])[1];
        const top = Math.min(y(value.mean), y(0));
        return {
          type: 'group',
          children: [
            {
              type: 'rect',
              shape: { x: x - half, y: top, width: 2 * half, height: Math.abs(y(value.mean) - y(0)) },
              style: { fill: colourOf(index) },
            },
            whisker([
              [x, y(value.low)],
              [x, y(value.high)],
            ]),
            ...[value.low, value.high].map((bound) =>
              whisker([
                [x - 4, y(bound)],
                [x + 4, y(bound)],
              ]),
            ),
          ],
        };
      },
    })),
  };
}

function lineOption({ xTitle, unit, series, diagonal }: LinePlot): EChartsCoreOption {
  const ends = series.flatMap(({ points }) => points.map(({ x }) => x));
  return {
    grid: GRID,
    legend: {
      ...LEGEND,
      data: [...series.map(({ name }) => name), ...(diagonal === undefined ? [] : [diagonal])],
    },
    xAxis: {
      ...AXIS,
      type: 'value',
      name: xTitle,
      nameGap: 30,
      min: ends.length === 0 ? 0 : Math.min(...ends),
      max: ends.length === 0 ? 1 : Math.max(...ends),
      splitLine: { show: false },
    },
    yAxis: { ...AXIS, type: 'value', name: unit, nameGap: 54, scale: diagonal === undefined },
    series: [
      ...series.flatMap(({ name, points }, index) => [
        {
          type: 'custom',
          silent: true,
          itemStyle: { color: colourOf(index) },
          encode: { x: 0, y: [1, 2] },
          data: points.map(({ x, low, high }) => [x, low, high]),
          renderItem: (at: { dataIndexInside: number }, drawing: Drawing) =>
            // All of it with the first point: a polygon is of the whole line.
            at.dataIndexInside > 0
              ? undefined
              : {
                  type: 'polygon',
                  shape: {
                    points: [
                      ...points.map(({ x, low }) => drawing.coord([x, low])),
                      ...points.toReversed().map(({ x, high }) => drawing.coord([x, high])),
                    ],
                  },
                  style: { fill: colourOf(index), opacity: 0.18 },
                },
        },
        {
          type: 'line',
          name,
          symbolSize: 6,
          showSymbol: points.length <= 40,
          itemStyle: { color: colourOf(index) },
          lineStyle: { color: colourOf(index), width: 2 },
          data: points.map(({ x, mean }) => [x, mean]),
        },
      ]),
      ...(diagonal === undefined
        ? []
        : [
            {
              type: 'line',
              name: diagonal,
              showSymbol: false,
              itemStyle: { color: '#999999' },
              lineStyle: { color: '#999999', width: 1, type: 'dashed' },
              data: [
                [0, 0],
                [1, 1],
              ],
            },
          ]),
    ],
  };
}

function differenceOption({ unit, entries }: DifferencePlot): EChartsCoreOption {
  return {
    grid: { ...GRID, left: 220, top: 12 },
    xAxis: { ...AXIS, type: 'value', name: unit, nameGap: 30 },
    yAxis: {
      ...AXIS,
      type: 'category',
      inverse: true,
      data: entries.map(({ name }) => name),
      axisLine: { onZero: false },
      axisLabel: { ...AXIS.axisLabel, width: 200, overflow: 'truncate' },
    },
    series: [
      {
        type: 'custom',
        encode: { x: [1, 2, 3], y: 0 },
        data: entries.map(({ mean, low, high }, place) => [place, mean, Math.min(low, 0), Math.max(high, 0)]),
        renderItem: (at: { dataIndexInside: number }, drawing: Drawing) => {
          const place = at.dataIndexInside;
          const { mean, low, high } = entries[place] as Estimate;
          const x = (amount: number): number => drawing.coord([amount, place])[0];
          const y = drawing.coord([0, place])[1];
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: Math.min(x(0), x(mean)), y: y - 9, width: Math.abs(x(mean) - x(0)), height: 18 },
                style: { fill: mean < 0 ? (COLOURS[1] as string) : (COLOURS[0] as string) },
              },
              whisker([
                [x(low), y],
                [x(high), y],
              ]),
              ...[low, high].map((bound) =>
                whisker([
                  [x(bound), y - 4],
                  [x(bound), y + 4],
                ]),
              ),
            ],
          };
        },
      },
    ],
  };
}

/** Without the styles of a page that can be pointed at, without links, and with a name for who cannot see it. */
function standalone(svg: string, title: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/<g clip-path="url\(#zr\d+-c\d+\)">/g, '<g>')
    .replace(/<clipPath[\s\S]*?<\/clipPath>/g, '')
    .replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', '')
    .replace('<svg ', `<svg role="img" aria-label="${escapeHtml(title)}" `);
}

/** Text for HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
