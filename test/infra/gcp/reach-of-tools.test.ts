/** `agent` carries all of serve and may not do all that serve may: what its tools ask for has to be within its rights. */
import { expect, test } from 'vitest';
import { createApiCalls } from '../../../functions/agent/api-calls.ts';
import { TOOLS } from '../../../functions/agent/tools.ts';
import { createLogger } from '../../../shared/logging/logger.ts';

const ofSession = { listenerId: 'ann', sessionId: 's1' };
const ARGUMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  search: { listenerId: 'ann', query: 'blue' },
  get_taste_profile: { listenerId: 'ann' },
  create_session: { listenerId: 'ann', prompt: 'something calm' },
  steer_session: { ...ofSession, instruction: 'faster' },
  get_session: ofSession,
  explain: { ...ofSession, itemId: 'song1' },
  save_playlist: { ...ofSession, title: 'Kept' },
};

test.each(TOOLS.map((tool) => [tool.definition.name, tool] as const))(
  '%s asks for neither erasure nor export',
  async (name, tool) => {
    const asked: string[] = [];
    const api = createApiCalls(async (path, { method = 'GET' }) => {
      asked.push(`${method} ${path.split('?')[0]}`);
      return Response.json({ history: [] });
    }, {});
    await tool.call(ARGUMENTS[name], {
      principal: { kind: 'service' },
      api,
      logger: createLogger({ level: 'silent' }),
      newId: () => 'turn',
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toMatch(/^DELETE |\/export$/);
  },
);
