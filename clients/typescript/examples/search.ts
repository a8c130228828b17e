/** Finds by name, slips forgiven: node search.ts WORDS. */
import { SegueProblem } from '../transport.ts';
import { lineOf, listener, segue } from './connect.ts';

const words = process.argv.slice(2).join(' ');
try {
  const { data } = await segue.getSearch({ q: words, kinds: 'track,artist', limit: 3, listener });
  for (const artist of data.results.artist ?? []) console.log(`artist ${artist.title} (${artist.match})`);
  for (const track of data.results.track ?? []) console.log(`track ${lineOf(track)} (${track.match})`);
} catch (error) {
  if (!(error instanceof SegueProblem)) throw error;
  for (const { pointer, detail } of error.problem?.errors ?? []) console.log(`${pointer}: ${detail}`);
  process.exitCode = 2;
}
