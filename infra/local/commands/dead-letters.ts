/** npm run dead-letters: what could not be processed: list it, put it back, or let it go. */
import { EXIT, print, runCommand, wholeNumber } from './command.ts';
import { withOperations } from './with-operations.ts';

await runCommand({
  usage: 'npm run dead-letters -- [--replay all|ID,…] [--discard ID,…]',
  about: 'Lists messages that no subscriber could process, with the reason; puts them back or removes them.',
  options: { replay: { type: 'string' }, discard: { type: 'string' }, limit: { type: 'string' } },
  help: {
    replay: 'Deliver these again, or all of them.',
    discard: 'Remove these for good.',
    limit: 'How many to list (default 100).',
  },
  run: ({ options }) =>
    withOperations(async (operations) => {
      if (options.replay !== undefined) {
        const ids = options.replay === 'all' ? null : options.replay.split(',');
        print(`${(await operations.replay({ ids })).replayed} put back.`);
      }
      if (options.discard !== undefined)
        print(`${(await operations.discard({ ids: options.discard.split(',') })).discarded} removed.`);
      const limit = wholeNumber('limit', options.limit, 100, 1);
      const letters = await operations.deadLetters({ limit, after: null });
      for (const { id, subscription, attempts, diedAt, reason } of letters)
        print(
          `${id}  ${new Date(diedAt).toISOString()}  ${subscription}  after ${attempts} attempts: ${reason}`,
        );
      if (letters.length === 0) print('There are no dead letters.');
      return EXIT.done;
    }),
});
