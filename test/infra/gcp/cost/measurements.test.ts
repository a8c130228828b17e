import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../infra/gcp/config.ts';
import { MEASUREMENTS } from '../../../../infra/gcp/cost/measurements.ts';
import { deploymentOf, LIVE_DAYS } from '../../../../infra/gcp/cost/workload.ts';
import type { ListeningEvent } from '../../../../shared/domain/event.ts';
import { liveEventCell } from '../../../../shared/rows/live-events.ts';
import { STAGES } from '../../../../shared/sql/stages.ts';
import { SIGNING_KEYS } from '../examples.ts';

const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ID = '4uLU6hMCjMI75M1A2tKUQC';
const event: ListeningEvent = {
  version: 1,
  type: 'listen',
  eventId: UUID,
  listenerId: UUID,
  itemId: ID,
  recordingId: ID,
  artistId: ID,
  occurredAt: 1_790_000_000_000,
  receivedAt: 1_790_000_002_000,
  msPlayed: 187_000,
  durationMs: 210_000,
  skipped: false,
  plays: 1,
  private: false,
  context: { surface: 'discover-weekly', sessionId: UUID, position: 3 },
  source: 'api',
};
const impression = {
  impression_id: UUID,
  listener_id: UUID,
  surface: 'discover-weekly',
  build_id: '1790000000000',
  served_at: 1_790_000_000_000,
  position: 12,
  item_id: ID,
  recording_id: ID,
  source: 'co_listening',
  notion: 'new_track',
  score: 0.8123,
  propensity: 1,
  evidence: 'c730a1000g120p10',
  artist_plays: 12,
};
const bytesOf = (text: string) => Buffer.byteLength(text);

describe('figures that the code decides', () => {
  it('are those of a typical event, within a tenth', () => {
    const cell = liveEventCell(event);
    const sizes = {
      listenMessage: bytesOf(JSON.stringify(event)),
      liveCell: bytesOf(cell.qualifier) + bytesOf(cell.value),
      impressionMessage: bytesOf(JSON.stringify(impression)),
    };
    for (const [name, bytes] of Object.entries(sizes)) {
      const { value } = MEASUREMENTS[name as keyof typeof sizes];
      expect(Math.abs(bytes - value) / value, `${name} is ${bytes}`).toBeLessThan(0.1);
    }
  });

  it('know how many stages there are', () => {
    expect(MEASUREMENTS.stages.value).toBe(STAGES.length);
  });

  it.each(Object.entries(MEASUREMENTS))('%s names its source and how far off it may be', (_, figure) => {
    expect(figure.source).not.toBe('');
    expect(figure.unit).not.toBe('');
    expect(figure.within).toBeGreaterThanOrEqual(1);
  });
});

describe('a deployment that is priced', () => {
  it.each(['dev', 'team', 'internet'] as const)('is the one that %s configures', (size) => {
    const settings: Record<string, string> = {
      size,
      project: 'a-project',
      region: 'us-central1',
      publicApi: 'true',
      signingKeys: SIGNING_KEYS,
    };
    const config = readConfig({ get: (key) => settings[key] });
    const deployment = deploymentOf(size);
    expect(deployment).toMatchObject({
      functions: config.functions,
      serveHost: config.serveHost,
      load: config.load,
      clusters: config.bigtable.zones.length,
      minNodes: config.bigtable.minNodes,
      maxNodes: config.bigtable.maxNodes,
      cpuTarget: config.bigtable.cpuTarget,
      backupDays: config.bigtable.backupDays,
      buildDays: config.buildDays,
      retentionDays: config.retentionDays,
      maxBytesBilled: config.maxBytesBilled,
    });
    expect(LIVE_DAYS).toBe(config.liveDays);
  });
});
