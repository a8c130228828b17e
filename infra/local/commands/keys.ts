/** npm run keys: signing keys for a deployment, kept where they are made; what is deployed can only verify. */
import { resolve } from 'node:path';
import { loadSigningKeys, readSigningKeys, rotateSigningKey } from '../../../shared/auth/key-file.ts';
import { publicPart } from '../../../shared/auth/tokens.ts';
import { EXIT, print, runCommand } from './command.ts';

await runCommand({
  usage: 'npm run keys -- FOLDER [--rotate]',
  about:
    'Prints the public parts of the signing keys of a folder as JSON, for the setting signingKeys of a deployment; makes the first key where there is none.',
  options: { rotate: { type: 'boolean' } },
  help: {
    rotate: 'Adds a key, which signs from then on. Deploy its public part first, then ask for tokens.',
  },
  positionals: [1, 1],
  run: async ({ options, positionals }) => {
    const folder = resolve(process.env.INIT_CWD ?? '.', positionals[0] ?? '');
    await loadSigningKeys(folder);
    if (options.rotate === true) await rotateSigningKey(folder);
    print(JSON.stringify((await readSigningKeys(folder)).map(publicPart)));
    return EXIT.done;
  },
});
