/** What somebody is told of: each alert with its conditions, what it means, and the commands to begin with. */
import { type Alert, HOUR, MINUTE } from './alert.ts';
import { ofBuilds, ofDelivery } from './alerts-on-data.ts';
import { ofDoors, ofRows } from './alerts-on-service.ts';
import type { CheckIds } from './checks.ts';
import type { SegueConfig } from './config.ts';
import { BURN_WINDOWS, type BurnWindow, burnSeries, type Objective, PERIOD_DAYS } from './slos.ts';

/** Every alert of a configuration, those on service levels aside. */
export function alertsFor(config: SegueConfig, checks: CheckIds): Alert[] {
  return [...ofDelivery(), ...ofBuilds(config, checks), ...ofDoors(checks), ...ofRows(config)];
}

/** `serve-latency-burns-6x`. */
export function burnAlertId(service: string, objective: string, rate: number): string {
  return `${service}-${objective}-burns-${rate}x`;
}

/** Three alerts on an objective's budget, each of two windows that both have to burn. */
export function burnAlertsOf(objective: Objective, objectiveName: string): Alert[] {
  return BURN_WINDOWS.map((window) => ({
    id: burnAlertId(objective.service, objective.id, window.rate),
    name: `${objective.name}: the budget of errors burns ${window.rate}×`,
    severity: window.severity,
    combiner: 'AND',
    conditions: [window.long, window.short].map((seconds) => ({
      name: `${window.rate}× over ${hours(seconds)}`,
      series: burnSeries(objectiveName, seconds),
      above: window.rate,
      seconds: 0,
    })),
    text: `At this rate ${share(window)} of a month’s budget goes in ${hours(window.long)}; it still goes on.\n\n${objective.runbook}`,
  }));
}

function hours(seconds: number): string {
  return seconds < HOUR ? `${seconds / MINUTE} min` : `${seconds / HOUR} h`;
}

function share({ rate, long }: BurnWindow): string {
  return `${Math.round((rate * long * 100) / (PERIOD_DAYS * 24 * HOUR))}%`;
}
