/** The sheet that lines are written on: what is used in a month, in words and numbers, less what is free, times its price. */
import type { Machines } from './machines.ts';
import type { Measurements } from './measurements.ts';
import type { Price, PriceId, Prices } from './prices.ts';
import type { Volumes } from './volumes.ts';
import type { Deployment } from './workload.ts';

export interface Line {
  readonly product: string;
  readonly resource: string;
  /** How the quantity comes about, in words. */
  readonly driver: string;
  readonly quantity: number;
  /** Of the quantity. */
  readonly free: number;
  readonly priceId: PriceId;
  readonly price: Price;
  /** USD. */
  readonly monthly: number;
}

/** Takes lines in order; what a SKU gives for free goes to the first that ask for it. */
export class Sheet {
  readonly lines: Line[] = [];
  readonly #prices: Prices;
  readonly #freeLeft = new Map<PriceId, number>();

  constructor(prices: Prices) {
    this.#prices = prices;
  }

  add(product: string, resource: string, priceId: PriceId, quantity: number, driver: string): void {
    const price = this.#prices[priceId];
    const left = this.#freeLeft.get(priceId) ?? price.free?.units ?? 0;
    const free = Math.min(left, quantity);
    this.#freeLeft.set(priceId, left - free);
    const monthly = (quantity - free) * price.usd;
    this.lines.push({ product, resource, driver, quantity, free, priceId, price, monthly });
  }
}

export interface Inputs {
  readonly deployment: Deployment;
  readonly volumes: Volumes;
  readonly machines: Machines;
  readonly measurements: Measurements;
  readonly prices: Prices;
}
