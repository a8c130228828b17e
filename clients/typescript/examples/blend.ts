/** A blend of two listeners, the second of whom SEGUE_FRIEND names. */
import { lineOf, listener, segue, setting } from './connect.ts';

const friend = setting('SEGUE_FRIEND');
const { data: group } = await segue.postBlends({ body: { listenerId: listener } });
await segue.postBlendMembers({
  id: group.blendId,
  body: { listenerId: friend, invitation: group.invitation },
});

const { data: blend } = await segue.getBlend({ id: group.blendId, listenerId: listener });
console.log(`${blend.members.length} members, match ${blend.match.percent ?? 'not known yet'}`);
for (const item of blend.items) console.log(`${lineOf(item)} (${item.reason}, from ${item.attributedTo})`);

await segue.deleteBlend({ id: group.blendId });
