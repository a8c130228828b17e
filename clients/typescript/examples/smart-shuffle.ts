/** What the listener plays most, shuffled, with recommendations where they fit. */
import { lineOf, listener, segue } from './connect.ts';

const { data: profile } = await segue.getListenerProfile({ id: listener });
const tracks = profile.tracks.map(({ id }) => id);
const { data: shuffle } = await segue.postSmartShuffle({ body: { listenerId: listener, tracks } });

for (const item of shuffle.items)
  console.log(item.kind === 'own' ? `  ${lineOf(item)}` : `+ ${lineOf(item)} (after ${item.between.after})`);
console.log(`Again in this order with the seed ${shuffle.seed}`);
