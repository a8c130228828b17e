import { LmdbTopics } from '../../shared/embedded/lmdb-topics.ts';
import { openEmbedded } from './embedded-stores.ts';
import { describeTopics } from './topics.contract.ts';

describeTopics(
  'LMDB',
  () =>
    openEmbedded(
      (environment) =>
        new LmdbTopics(environment, {
          clock: { now: () => Date.now() },
          random: Math.random,
          backoff: { baseMs: 4, capMs: 40 },
        }),
      (topics) => topics.close(),
    ),
  { deadLetters: true, exactBacklog: true, reopens: true },
);
