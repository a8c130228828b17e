/** npm run token: a token of the local issuer, or of keys that a deployment in the cloud believes. */
import { resolve } from 'node:path';
import { readSigningKeys } from '../../../shared/auth/key-file.ts';
import type { Principal } from '../../../shared/auth/principal.ts';
import { issueToken } from '../../../shared/auth/tokens.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { EXIT, print, runCommand, wholeNumber } from './command.ts';
import { withOperations } from './with-operations.ts';

const DAY_SECONDS = 86_400;

async function tokenOfKeys(folder: string, listenerId: string | null, days: number): Promise<string> {
  const [key] = await readSigningKeys(folder);
  if (key === undefined)
    throw new PermanentError(`--keys: ${folder} has no signing key; npm run keys makes one.`);
  const principal: Principal = listenerId === null ? { kind: 'service' } : { kind: 'listener', listenerId };
  const clock = { now: () => Date.now() };
  return issueToken({ key, principal, lifetimeSeconds: days * DAY_SECONDS, clock });
}

await runCommand({
  usage: 'npm run token -- [--listener ID] [--days N] [--keys FOLDER]',
  about:
    'Prints a token: of one listener, who may read and write only their own, or of a service, which may do all.',
  options: { listener: { type: 'string' }, days: { type: 'string' }, keys: { type: 'string' } },
  help: {
    listener: 'Whose token it is; without it, a service token.',
    days: 'How long it lasts (default 30).',
    keys: 'Signed with the newest key of this folder (npm run keys), for a deployment; without it, by the local host.',
  },
  run: async ({ options }) => {
    const days = wholeNumber('days', options.days, 30, 1);
    const listenerId = options.listener ?? null;
    if (options.keys !== undefined) {
      print(await tokenOfKeys(resolve(process.env.INIT_CWD ?? '.', options.keys), listenerId, days));
      return EXIT.done;
    }
    return withOperations(async (operations) => {
      print((await operations.issueToken({ listenerId, days })).token);
      return EXIT.done;
    });
  },
});
