/** npm run token: a token of the local issuer. */
import { EXIT, print, runCommand, wholeNumber } from './command.ts';
import { withOperations } from './with-operations.ts';

await runCommand({
  usage: 'npm run token -- [--listener ID] [--days N]',
  about:
    'Prints a token: of one listener, who may read and write only their own, or of a service, which may do all.',
  options: { listener: { type: 'string' }, days: { type: 'string' } },
  help: {
    listener: 'Whose token it is; without it, a service token.',
    days: 'How long it lasts (default 30).',
  },
  run: ({ options }) =>
    withOperations(async (operations) => {
      const days = wholeNumber('days', options.days, 30, 1);
      print((await operations.issueToken({ listenerId: options.listener ?? null, days })).token);
      return EXIT.done;
    }),
});
