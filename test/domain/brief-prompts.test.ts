import { expect, test } from 'vitest';
import { createAnswering } from '../../shared/evaluation/prompts/answer-prompts.ts';
import { communityWorld } from '../../shared/evaluation/prompts/community-world.ts';
import { readPrompts } from '../../shared/evaluation/prompts/prompt-set.ts';
import { judgePrompt, scorePrompts } from '../../shared/evaluation/prompts/score-prompts.ts';

const NOW = Date.UTC(2026, 5, 1);

test('the open part of the prompts gets at least 95% of what it asks for, and only tracks of the catalogue', async () => {
  const world = communityWorld(NOW);
  const answering = createAnswering(world, NOW);
  const cases = await readPrompts('open');
  const judged = cases.map((one) => {
    const answer = answering.answer(one.prompt, one.follows);
    for (const item of answer.playlist) expect(world.snapshot.byId.get(item.itemId)).toBe(item);
    return judgePrompt(one, answer, world);
  });
  expect(scorePrompts(judged, { seed: 1 }).overall.share?.mean).toBeGreaterThanOrEqual(0.95);
});
