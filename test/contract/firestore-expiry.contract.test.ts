/** What Firestore itself is told of when a document ends: read from the emulator, past the adapter. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createFirestoreDocuments,
  type FirestoreDocuments,
} from '../../shared/google/firestore-documents.ts';
import { encodeId } from '../../shared/google/firestore-ids.ts';
import { type Emulator, hasEmulator, startEmulator } from '../emulators/emulators.ts';

const PROJECT = 'demo-expiry';

describe.skipIf(!hasEmulator('firestore'))('when a document ends, in Firestore', () => {
  let emulator: Emulator;
  let store: FirestoreDocuments;

  beforeAll(async () => {
    emulator = await startEmulator('firestore');
    store = createFirestoreDocuments({ project: PROJECT, database: 'segue', emulatorHost: emulator.address });
  });
  afterAll(async () => {
    await store?.close();
    await emulator?.stop();
  });

  /** The document's field `expiresAt` in Firestore's own JSON. */
  async function storedExpiry(id: string): Promise<unknown> {
    const path = `projects/${PROJECT}/databases/segue/documents/sessions/${encodeURIComponent(encodeId(id))}`;
    const answer = await fetch(`http://${emulator.address}/v1/${path}`, {
      headers: { authorization: 'Bearer owner' },
    });
    expect(answer.status).toBe(200);
    const { fields } = (await answer.json()) as { fields: Readonly<Record<string, unknown>> };
    return fields.expiresAt;
  }

  it('is a timestamp, which moves with the value and goes with it', async () => {
    const value = { turns: 1, expiresAt: '2026-11-21T13:00:00.250+01:00' };
    const first = await store.put('sessions', 's', value, { ifVersion: null });
    expect(await storedExpiry('s')).toEqual({ timestampValue: '2026-11-21T12:00:00.250Z' });
    const second = await store.put(
      'sessions',
      's',
      { ...value, expiresAt: '2026-11-22T00:00:00Z' },
      { ifVersion: first },
    );
    expect(await storedExpiry('s')).toEqual({ timestampValue: '2026-11-22T00:00:00Z' });
    await store.put('sessions', 's', { turns: 2 }, { ifVersion: second });
    expect(await storedExpiry('s')).toBeUndefined();
  });

  it('changes nothing of what the value is read back as', async () => {
    const value = { expiresAt: '2026-11-21T13:00:00+01:00', nested: { expiresAt: 'never' } };
    await store.put('sessions', 'back', value);
    expect((await store.get('sessions', 'back'))?.value).toEqual(value);
    expect((await store.list('sessions', { prefix: 'back' })).map((found) => found.value)).toEqual([value]);
    await store.put('sessions', 'odd', { expiresAt: 'never' });
    expect(await storedExpiry('odd')).toBeUndefined();
  });
});
