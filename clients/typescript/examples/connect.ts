/** Where the examples ask, from the environment: SEGUE_URL, SEGUE_TOKEN (npm run token), SEGUE_LISTENER. */
import { SegueClient } from '../segue.ts';

/** A variable that must be set. Throws Error naming it. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Set ${name}.`);
  return value;
}

export const segue = new SegueClient({
  baseUrl: process.env.SEGUE_URL ?? 'http://127.0.0.1:8080',
  token: setting('SEGUE_TOKEN'),
});

export const listener = setting('SEGUE_LISTENER');

/** A track on one line. */
export function lineOf(track: { readonly title: string | null; readonly artist: string | null }): string {
  return `${track.title ?? '(no title)'} — ${track.artist ?? '(nobody)'}`;
}
