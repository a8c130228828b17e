import { afterAll, beforeAll, describe } from 'vitest';
import { createBigtableRows } from '../../shared/google/bigtable-rows.ts';
import { createTables } from '../emulators/bigtable-tables.ts';
import { type Emulator, hasEmulator, startEmulator } from '../emulators/emulators.ts';
import { describeRowStore } from './row-store.contract.ts';

describe.skipIf(!hasEmulator('bigtable'))('on Google’s emulator', () => {
  let emulator: Emulator;
  let instances = 0;

  beforeAll(async () => {
    emulator = await startEmulator('bigtable');
  });
  afterAll(() => emulator?.stop());

  describeRowStore(
    'Bigtable',
    async () => {
      instances += 1;
      const place = { project: 'contract', instance: `instance-${instances}` };
      await createTables(emulator.address, place);
      const store = createBigtableRows({ ...place, appProfile: 'writing', emulatorHost: emulator.address });
      return { store, close: () => store.close() };
    },
    { collects: false, reopens: false },
  );
});
