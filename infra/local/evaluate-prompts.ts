/** Prompts of the evaluation set answered on the generated catalogue, and what share of what they ask for was given. */
import { createAnswering } from '../../shared/evaluation/prompts/answer-prompts.ts';
import { checkTurn } from '../../shared/evaluation/prompts/check-turn.ts';
import { communityWorld } from '../../shared/evaluation/prompts/community-world.ts';
import {
  type PromptCase,
  readConversations,
  readPrompts,
} from '../../shared/evaluation/prompts/prompt-set.ts';
import {
  judgePrompt,
  type PromptScore,
  scorePrompts,
} from '../../shared/evaluation/prompts/score-prompts.ts';

/** When the generated community's history ends, and what the prompts take for today. */
const NOW = Date.UTC(2026, 5, 1);

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
const row = (what: string, { met, failed, excused, share }: PromptScore) => ({
  what,
  met,
  failed,
  excused,
  share: share === null ? '' : percent(share.mean),
  '95%': share === null ? '' : `${percent(share.low)} to ${percent(share.high)}`,
});

export interface PromptReport {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** Every constraint that was failed: `case-01 genre: …`. */
  readonly failures: readonly string[];
  readonly outsideCatalogue: number;
  readonly turns: { readonly moved: number; readonly asked: number; readonly still: readonly string[] };
}

/** Evaluates one part of the set. The held-out part is for the last time only. */
export async function evaluatePrompts(part: 'open' | 'held-out', seed: number): Promise<PromptReport> {
  const world = communityWorld(NOW);
  const answering = createAnswering(world, NOW);
  const cases: readonly PromptCase[] = await readPrompts(part);
  let outsideCatalogue = 0;
  const judged = cases.map((one) => {
    const answer = answering.answer(one.prompt, one.follows);
    outsideCatalogue += answer.playlist.filter(({ itemId }) => !world.snapshot.byId.has(itemId)).length;
    return judgePrompt(one, answer, world);
  });
  const scores = scorePrompts(judged, { seed });
  return {
    rows: [
      row('all constraints', scores.overall),
      row('whole prompts', scores.cases),
      ...[...scores.byKind].map(([kind, score]) => row(kind, score)),
    ],
    failures: judged.flatMap(({ id, verdicts }) =>
      verdicts.flatMap(({ constraint, outcome, detail }) =>
        outcome === 'failed' ? [`${id} ${constraint.kind}: ${detail}`] : [],
      ),
    ),
    outsideCatalogue,
    turns: await measureTurns(answering, world),
  };
}

async function measureTurns(
  answering: ReturnType<typeof createAnswering>,
  world: ReturnType<typeof communityWorld>,
): Promise<PromptReport['turns']> {
  const still: string[] = [];
  let asked = 0;
  for (const { id, prompt, turns } of await readConversations()) {
    let state = answering.begin(prompt);
    for (const turn of turns) {
      const after = answering.follow(state, turn.prompt);
      const {
        moved,
        before: was,
        after: is,
      } = checkTurn(turn, state.playlist, after.playlist, world.listener);
      asked += 1;
      if (!moved)
        still.push(`${id} "${turn.prompt}": ${turn.attribute} ${was} → ${is}, asked ${turn.direction}`);
      state = after;
    }
  }
  return { moved: asked - still.length, asked, still };
}
