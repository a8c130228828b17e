import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSigningKeys, readSigningKeys, rotateSigningKey } from '../../../shared/auth/key-file.ts';
import { createLocalVerifier, issueToken } from '../../../shared/auth/tokens.ts';
import { PermanentError } from '../../../shared/errors.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'segue-keys-')), 'keys');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const clock = { now: () => Date.UTC(2026, 0, 1) };

test('creates one key, readable by its owner alone, and finds it again', async () => {
  const [key] = await loadSigningKeys(folder);
  expect(await loadSigningKeys(folder)).toEqual([key]);
  const names = await readdir(folder);
  expect(names).toEqual(['signing-000001.json']);
  if (process.platform !== 'win32')
    expect((await stat(join(folder, names[0] as string))).mode & 0o777).toBe(0o600);
});

test('concurrent starters in this process and in others get the same key', async () => {
  const script = `import { loadSigningKeys } from ${JSON.stringify(join(process.cwd(), 'shared/auth/key-file.ts'))};
    console.log((await loadSigningKeys(process.argv[1]))[0].kid);`;
  const run = promisify(execFile);
  const [here, ...others] = await Promise.all([
    Promise.all(Array.from({ length: 8 }, () => loadSigningKeys(folder))),
    ...Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', script, folder])),
  ]);
  const kids = [...here.map(([key]) => key.kid), ...others.map(({ stdout }) => stdout.trim())];
  expect(new Set(kids).size).toBe(1);
  expect(await readdir(folder)).toEqual(['signing-000001.json']);
});

test('the newest key signs, and tokens of the older ones stay valid', async () => {
  const [first] = await loadSigningKeys(folder);
  const old = await issueToken({ key: first, principal: { kind: 'service' }, lifetimeSeconds: 60, clock });
  const second = await rotateSigningKey(folder);
  const keys = await loadSigningKeys(folder);
  expect(keys.map(({ kid }) => kid)).toEqual([second.kid, first.kid]);
  const young = await issueToken({
    key: keys[0],
    principal: { kind: 'service' },
    lifetimeSeconds: 60,
    clock,
  });
  const verifier = createLocalVerifier({ keys: () => loadSigningKeys(folder), clock });
  for (const token of [old, young])
    expect(await verifier.verify(token)).toMatchObject({ principal: { kind: 'service' } });
});

test('concurrent rotations lose no key', async () => {
  const rotated = await Promise.all(Array.from({ length: 5 }, () => rotateSigningKey(folder)));
  const kept = await readSigningKeys(folder);
  expect(new Set(kept.map(({ kid }) => kid))).toEqual(new Set(rotated.map(({ kid }) => kid)));
});

test.each([
  ['{"kty":"OKP","d":"SECRETSECRET"'],
  ['{"kty":"OKP","crv":"Ed25519","d":"SECRETSECRET"}'],
  ['null'],
  [''],
])('a broken key file is named and not quoted: %s', async (content) => {
  await loadSigningKeys(folder);
  await writeFile(join(folder, 'signing-000002.json'), content);
  const error = (await loadSigningKeys(folder).catch((e: unknown) => e)) as Error;
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.message).toContain('signing-000002.json');
  expect(`${error.stack}${error.cause}`).not.toContain('SECRET');
});

test('other files in the folder are left alone', async () => {
  await loadSigningKeys(folder);
  await writeFile(join(folder, 'README'), 'hands off');
  await chmod(join(folder, 'README'), 0o600);
  expect(await loadSigningKeys(folder)).toHaveLength(1);
});
