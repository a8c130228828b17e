/** Rows of listeners in Bigtable's emulator, as a build leaves them. */
import { bareItem } from '../../shared/domain/item.ts';
import { createBigtableRows } from '../../shared/google/bigtable-rows.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { changePointer } from '../../shared/rows/pointer.ts';
import { BIGTABLE_INSTANCE } from '../../shared/schema/cloud.ts';
import { listenerKey } from '../../shared/schema/rows.ts';
import { type EmulatedCloud, PROJECT } from '../e2e/cloud/emulated-cloud.ts';
import { heardText, poolText, someLines } from '../functions/serve/pool-text.ts';

const ARTISTS = 400;
const BUILD = Date.UTC(2026, 10, 1);

export const listenerIds = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `listener-${number}`);

/** A community as a build leaves it: a pool of 300 and a heard filter of 700 each, and the catalogue. */
export async function fillRows(cloud: EmulatedCloud, listeners: number): Promise<void> {
  const rows = createBigtableRows({
    project: PROJECT,
    instance: BIGTABLE_INSTANCE,
    appProfile: 'batch',
    emulatorHost: cloud.bigtable.address,
  });
  const lines = someLines('song', ARTISTS).map((line) => ({
    ...line,
    recording: `rec-${line.item}`,
    tempo: 100,
  }));
  for (const [number, id] of listenerIds(listeners).entries()) {
    const key = listenerKey(id);
    const own = lines.map((line, index) => ({
      ...line,
      score: ((index * 7919 + number * 104_729) % 1000) + 1,
    }));
    const cell = (qualifier: string, value: string) => ({
      key,
      family: 'build',
      qualifier,
      timestamp: BUILD,
      value,
    });
    await rows.write('listeners', [
      cell('pool', poolText(own.sort((a, b) => b.score - a.score).slice(0, 300))),
      cell('heard', heardText(Array.from({ length: 700 }, (_, index) => `old-${number}-${index}`))),
    ]);
  }
  await createCatalogue(rows, Date.now).learn(
    lines.map(({ item, artist }) => ({
      ...bareItem(item, 'bench', BUILD),
      title: `Title of ${item}`,
      artist: `Name of ${artist}`,
      artistId: artist ?? '',
    })),
  );
  await changePointer(rows, Date.now(), () => ({ active: BUILD, accepted: [BUILD] }));
  await rows.close();
}
