/** How a playlist leaves: JSON, or JSPF where the client asks for it. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { Answer } from './answer.ts';
import type { ApiEnv } from './app.ts';
import { JSPF_TYPE, toJspf } from './jspf.ts';

/** The response, which is kept by nobody in between. `title` names the playlist in JSPF. */
export function sendPlaylist<T extends Answer>(c: Context<ApiEnv>, answer: T, title: string) {
  c.header('cache-control', 'no-store');
  c.header('vary', 'accept');
  const supports = ['application/json', JSPF_TYPE];
  if (accepts(c, { header: 'Accept', supports, default: 'application/json' }) === JSPF_TYPE)
    return c.json(toJspf(answer, title), 200, { 'content-type': JSPF_TYPE });
  return c.json(answer, 200);
}
