/** A session from a prompt, and two turns: one with what was heard, one with a wish. */
import type { SessionAnswer } from '../segue.ts';
import { lineOf, listener, segue } from './connect.ts';

function show(name: string, answer: SessionAnswer): void {
  console.log(`${name}: turn ${answer.turn}, brief by ${answer.briefBy}`);
  for (const item of answer.items)
    console.log(`  ${lineOf(item)} (${item.reasons[0]?.reason ?? item.notion})`);
  for (const { constraint, reason } of answer.unmet) console.log(`  not met: ${constraint}, ${reason}`);
}

const begun = await segue.postSessions({
  body: { listenerId: listener, seed: { prompt: 'calm music for the evening' }, count: 5 },
});
show('begun', begun.data);
const { sessionId: id } = begun.data;

// The first was skipped early, the second heard to its end and saved.
const [skipped, heard] = begun.data.items;
const afterListening = await segue.postSessionTurns({
  id,
  listenerId: listener,
  body: {
    turnId: 'heard',
    played: [
      ...(skipped === undefined ? [] : [{ itemId: skipped.itemId, msPlayed: 8_000, skippedAtMs: 8_000 }]),
      ...(heard === undefined ? [] : [{ itemId: heard.itemId, msPlayed: heard.durationMs ?? 180_000 }]),
    ],
    saved: heard === undefined ? [] : [heard.itemId],
    count: 5,
  },
});
show('heard', afterListening.data);

const steered = await segue.postSessionTurns({
  id,
  listenerId: listener,
  body: { turnId: 'steered', steer: 'more upbeat', count: 5 },
});
show('steered', steered.data);
console.log(`changed: ${JSON.stringify(steered.data.patch)}`);

await segue.deleteSession({ id, listenerId: listener });
