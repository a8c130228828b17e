import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderDocument, scenario } from '../../../../infra/gcp/cost/document.ts';

const text = readFileSync(new URL('../../../../docs/cost.md', import.meta.url), 'utf8');

describe('docs/cost.md', () => {
  it('says what the model says; npm run cost -- --document writes it', () => {
    expect(text).toBe(renderDocument(text));
  });

  it('says that it is no measurement', () => {
    expect(text).toContain('nobody has seen a bill of it');
  });

  it('cannot lose a table unnoticed', () => {
    expect(() => renderDocument(text.replace('<!-- cost:1m -->', ''))).toThrow('cost:1m');
  });

  it('tells of the sizes in prose what their tables tell', () => {
    const share = (name: '10k' | '1m' | '300m', matches: RegExp) => {
      const { lines, total } = scenario(name);
      const part = lines.filter(({ product, resource }) => matches.test(`${product}: ${resource}`));
      return part.reduce((sum, { monthly }) => sum + monthly, 0) / total;
    };
    expect(share('10k', /^Bigtable: nodes/)).toBeCloseTo(0.85, 1);
    expect(share('1m', /^BigQuery/)).toBeGreaterThan(0.5);
    expect(share('300m', /Armor|requests/)).toBeGreaterThan(share('300m', /^Bigtable/));
    expect(scenario('1m').limits[0]).toMatchObject({
      resource: 'Bigtable: nodes while a build is loaded, a cluster',
    });
    const stage = (historyDays: number) =>
      scenario('1m', { workload: { historyDays } }).limits.find(
        ({ resource }) => resource === 'BigQuery: the largest stage',
      )?.use ?? Number.NaN;
    expect(stage(4.3 * 365)).toBeLessThan(1);
    expect(stage(4.8 * 365)).toBeGreaterThan(1);
  });
});
