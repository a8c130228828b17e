/** The dashboard along the way of the data, as Cloud Monitoring takes it. */
import { type Chart, chartsFor } from './charts.ts';
import type { CheckIds } from './checks.ts';

const COLUMNS = 48;
const CHART = { width: 16, height: 16 } as const;
const HEADING_HEIGHT = 4;

/** The dashboard as Cloud Monitoring's JSON. */
export function dashboardJson(
  checks: Pick<CheckIds, 'fresh'>,
  labels: Readonly<Record<string, string>>,
): string {
  const tiles: object[] = [];
  let y = 0;
  for (const [heading, charts] of Object.entries(chartsFor(checks))) {
    tiles.push({
      yPos: y,
      width: COLUMNS,
      height: HEADING_HEIGHT,
      widget: { title: heading, sectionHeader: { dividerBelow: false } },
    });
    y += HEADING_HEIGHT;
    for (const [index, chart] of charts.entries())
      tiles.push({ xPos: index * CHART.width, yPos: y, ...CHART, widget: widgetOf(chart) });
    y += CHART.height;
  }
  return JSON.stringify({
    displayName: 'Segue: the way of the data',
    labels: Object.fromEntries(Object.keys(labels).map((key) => [key, ''])),
    mosaicLayout: { columns: COLUMNS, tiles },
  });
}

function widgetOf({ title, unit, lines, threshold }: Chart): object {
  return {
    title,
    xyChart: {
      dataSets: lines.map(({ legend, series, aligner, reducer, by, period = 60 }) => ({
        plotType: 'LINE',
        // Where there are several series, each is called by what tells them apart.
        legendTemplate: by === undefined ? legend : `\${${by[0]}}`,
        minAlignmentPeriod: `${period}s`,
        timeSeriesQuery: {
          ...(unit !== undefined && { unitOverride: unit }),
          timeSeriesFilter: {
            filter: series,
            aggregation: {
              alignmentPeriod: `${period}s`,
              perSeriesAligner: aligner,
              ...(reducer !== undefined && { crossSeriesReducer: reducer }),
              ...(by !== undefined && { groupByFields: by }),
            },
          },
        },
      })),
      ...(threshold !== undefined && { thresholds: [{ value: threshold }] }),
    },
  };
}
