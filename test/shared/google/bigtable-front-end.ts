/** Google as a function in its cloud meets it: a metadata server that gives tokens, a front end that asks for them. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

async function listening(server: Server | Http2SecureServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** One element of ASN.1 in its distinguished encoding (X.690). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** A certificate of its own for one name, made now, for a day (RFC 5280), and its key, both in PEM. */
function selfSigned(host: string): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [SEQUENCE, SET, OID] = [0x30, 0x31, 0x06];
  const algorithm = der(SEQUENCE, der(OID, Buffer.from('2a8648ce3d040302', 'hex')));
  const commonName = der(OID, Buffer.from('550403', 'hex'));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, commonName, der(0x0c, Buffer.from(host)))));
  const time = (ms: number) =>
    der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`));
  const altName = der(SEQUENCE, der(0x82, Buffer.from(host)));
  const extension = der(SEQUENCE, der(OID, Buffer.from('551d11', 'hex')), der(0x04, altName));
  const day = 86_400_000;
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    der(SEQUENCE, time(Date.now() - day), time(Date.now() + day)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, der(SEQUENCE, extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines = der(SEQUENCE, body, algorithm, signature)
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** Answers every call, whose headers it keeps, with no message and status OK. */
export async function startFrontEnd(host: string) {
  const { cert, key } = selfSigned(host);
  const calls: IncomingHttpHeaders[] = [];
  const server = createSecureServer({ cert, key });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    calls.push(headers);
    stream.on('error', () => undefined);
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end();
  });
  const port = await listening(server);
  return { port, cert, calls, close: () => server.close() };
}

/** Compute Engine's metadata server; `answer` is asked for every token. */
export async function startMetadata(answer: (response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    response.setHeader('Metadata-Flavor', 'Google');
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://metadata');
    if (pathname.endsWith('/token')) {
      asked.push(searchParams.get('scopes') ?? '');
      answer(response);
    } else if (pathname.endsWith('/universe-domain')) response.end('googleapis.com');
    else response.end('ok');
  });
  const port = await listening(server);
  return {
    address: `127.0.0.1:${port}`,
    asked,
    hangUp: () => server.closeAllConnections(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
