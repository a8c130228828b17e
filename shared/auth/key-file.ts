/** The local issuer's signing keys in a folder: one file a key, numbered; the highest number signs. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { PermanentError } from '../errors.ts';

const KEY_FILE = /^signing-(\d{6})\.json$/;

function fileName(number: number): string {
  return `signing-${String(number).padStart(6, '0')}.json`;
}

/** A private Ed25519 key; its kid is its RFC 7638 thumbprint. */
export async function generateSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, kid: await calculateJwkThumbprint(key) };
}

/**
 * Creates the file with its whole content or not at all, even when several processes try: the content is made
 * durable under another name first, and link() fails for all but one. True for that one.
 */
async function createOnce(folder: string, name: string, content: string): Promise<boolean> {
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, join(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function keyNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => KEY_FILE.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readKey(path: string): Promise<JWK> {
  const text = await readFile(path, 'utf8');
  let key: Partial<JWK>;
  try {
    key = JSON.parse(text) as Partial<JWK>;
  } catch {
    // Without the parser's message and cause, which quote the secret.
    throw new PermanentError(`${path} is not a key file: it holds no JSON.`);
  }
  if (key?.kty !== 'OKP' || key.crv !== 'Ed25519' || !key.d || !key.x || !key.kid)
    throw new PermanentError(`${path} is not a private Ed25519 key with a kid.`);
  return key as JWK;
}

/** Private keys, newest first; an empty folder or none gives []. Throws PermanentError naming a file that is broken. */
export async function readSigningKeys(folder: string): Promise<readonly JWK[]> {
  const names = await keyNames(folder);
  return Promise.all(names.reverse().map((name) => readKey(join(folder, name))));
}

/**
 * Private keys, newest first, at least one: creates the folder (0700) and the first key (0600) where there are
 * none. Concurrent callers get the same key.
 */
export async function loadSigningKeys(folder: string): Promise<readonly [JWK, ...JWK[]]> {
  const found = await readSigningKeys(folder);
  if (found.length > 0) return found as [JWK, ...JWK[]];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await createOnce(folder, fileName(1), JSON.stringify(await generateSigningKey()));
  return (await readSigningKeys(folder)) as [JWK, ...JWK[]];
}

/** Adds a key, which signs from now on; tokens of the older ones stay valid until they expire. Returns it. */
export async function rotateSigningKey(folder: string): Promise<JWK> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = await generateSigningKey();
  for (;;) {
    const last = (await keyNames(folder)).at(-1);
    const next = last === undefined ? 1 : Number(KEY_FILE.exec(last)?.[1]) + 1;
    if (await createOnce(folder, fileName(next), JSON.stringify(key))) return key;
  }
}
