/** npm start: the whole of Segue in one process. */
import { messageOf } from '../../../shared/errors.ts';
import { readCommunity } from '../community.ts';
import { type Host, startHost } from '../host.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand } from './command.ts';
import { showProgress } from './progress.ts';

/** Three requests that work when pasted, for a listener that is there. */
async function curlLines(host: Host, token: string): Promise<string[]> {
  const community = await readCommunity(host.core.documents);
  const [known] = await host.core.warehouse.query(
    'SELECT listener_id FROM listens GROUP BY listener_id ORDER BY COUNT(*) DESC, listener_id LIMIT 1',
  );
  const present = community?.status === 'present' ? community.listenerId : undefined;
  const listener = encodeURIComponent(present ?? String(known?.listener_id ?? 'me'));
  const auth = `-H 'authorization: Bearer ${token}'`;
  return [
    `curl -s ${auth} ${host.address}/v1/listeners/${listener}/discover-weekly`,
    `curl -s ${auth} ${host.address}/v1/listeners/${listener}/profile`,
    `curl -s ${auth} '${host.address}/v1/listeners/${listener}/next?limit=5'`,
  ];
}

async function announce(host: Host): Promise<void> {
  const token = await host.core.serviceToken();
  const community = await readCommunity(host.core.documents);
  print();
  print(`Segue is ready at ${host.address} (data in ${host.core.directory.path})`);
  if (community?.status === 'present')
    print(
      'It serves a generated listening community; npm run import -- PATH puts real listening in its place.',
    );
  print(`Service token (30 days): ${token}`);
  print();
  for (const line of await curlLines(host, token)) print(line);
  print();
}

await runCommand({
  usage: 'npm start',
  about:
    'Hosts every function on one port (PORT, default 8080) and one directory (SEGUE_DATA, default .segue). An empty ' +
    'directory is filled with a generated listening community (SEGUE_COMMUNITY=off leaves it empty).',
  options: {},
  help: {},
  async run() {
    const host = await startHost(readSettings(process.env), showProgress(process.stderr, Date.now));
    await announce(host);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    print('Stopping: finishing what is under way.');
    try {
      await host.stop();
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`);
      return EXIT.failed;
    }
    print('Stopped.');
    return EXIT.done;
  },
});
