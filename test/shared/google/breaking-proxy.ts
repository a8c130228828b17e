/** A TCP proxy that refuses, cuts and stalls connections when it is told to. */
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';

export interface BreakingProxy {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Connections are cut as soon as they are made. */
  refuse(yes: boolean): void;
  /** What the server says does not get through, for as long as this is true. */
  mute(yes: boolean): void;
  /** Connections that are there pass nothing any more, either way, and stay; later ones are well. */
  freeze(): void;
  /** Cuts every connection after so many more bytes of the server's, and so on, so many times. */
  cutAfter(bytes: number, times: number): void;
  /** Cuts every connection now. */
  cut(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<BreakingProxy> {
  const [host = '', port = ''] = target.split(':');
  const pairs = new Set<readonly [Socket, Socket]>();
  const frozen = new WeakSet<readonly [Socket, Socket]>();
  let refuses = false;
  let mutes = false;
  let left = Number.POSITIVE_INFINITY;
  let cutsLeft = 0;
  let bytesApart = 0;
  let connections = 0;

  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const server = createServer((client) => {
    if (refuses) {
      client.destroy();
      return;
    }
    connections += 1;
    const upstream = dial(Number(port), host);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
    client.on('data', (chunk) => {
      if (!frozen.has(pair)) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (mutes || frozen.has(pair)) return;
      if (chunk.length > left) {
        // What comes before the cut is done would leave a gap.
        frozen.add(pair);
        client.write(chunk.subarray(0, left), cut);
        cutsLeft -= 1;
        left = cutsLeft > 0 ? bytesApart : Number.POSITIVE_INFINITY;
        return;
      }
      left -= chunk.length;
      client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no address.');
  return {
    address: `127.0.0.1:${address.port}`,
    refuse: (yes) => {
      refuses = yes;
      if (yes) cut();
    },
    mute: (yes) => {
      mutes = yes;
    },
    freeze: () => {
      for (const pair of pairs) frozen.add(pair);
    },
    cutAfter: (bytes, times) => {
      left = bytes;
      bytesApart = bytes;
      cutsLeft = times;
    },
    cut,
    get connections() {
      return connections;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
