import { describe, expect, it } from 'vitest';
import { scenario } from '../../../../infra/gcp/cost/document.ts';
import { PRICES, type Price, sourceOf } from '../../../../infra/gcp/cost/prices.ts';

const prices = Object.entries<Price>(PRICES);

describe('the price table', () => {
  it.each(prices)('%s has an amount, a unit, a page of Google and a day', (_, price) => {
    expect(price.usd).toBeGreaterThan(0);
    expect(price.unit).not.toBe('');
    expect(price.sku).not.toBe('');
    expect(price.source).toMatch(/^https:\/\/cloud\.google\.com\/[a-z-]+(\/[a-z-]+)?\/pricing$/);
    expect(price.readOn).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(Number.isNaN(Date.parse(price.readOn))).toBe(false);
  });

  it('prints what was not looked up as such, and never with a place where it was read', () => {
    const remembered = prices.filter(([, { checked }]) => !checked);
    expect(remembered.length).toBeGreaterThan(0);
    for (const [, price] of remembered) {
      expect(sourceOf(price)).toContain('from memory of the list price, not looked up');
      expect(price.via).toBeUndefined();
    }
  });

  it('prints of every other the day and, where it was not the page, who told it', () => {
    for (const [, price] of prices.filter(([, { checked }]) => checked)) {
      expect(sourceOf(price)).toContain(price.readOn);
      expect(sourceOf(price)).toContain(price.via ?? price.source);
    }
  });

  it('holds no price that no deployment pays', () => {
    const paid = new Set(
      [
        scenario('10k'),
        scenario('1m'),
        scenario('300m'),
        scenario('300m', { deployment: { load: 'reverse-etl', hasModel: true } }),
      ]
        .flatMap(({ lines }) => lines)
        .map(({ priceId }) => priceId as string),
    );
    expect(Object.keys(PRICES).filter((id) => !paid.has(id))).toEqual([]);
  });
});
