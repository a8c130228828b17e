/** Briefs out of words: a prompt by the model where there is one, by the parser otherwise; steering by code alone. */
import { parseWrittenBrief, patchBrief } from '../../shared/api/brief.ts';
import type { Brief } from '../../shared/domain/brief.ts';
import type { PatchOperation } from '../../shared/domain/brief-json-patch.ts';
import { parsePrompt } from '../../shared/domain/brief-parser.ts';
import { refine } from '../../shared/domain/brief-patch.ts';
import { type Vocabulary, vocabularyOf } from '../../shared/domain/brief-vocabulary.ts';
import type { CatalogueSnapshot, IndexedItem } from '../../shared/domain/indexed-item.ts';
import { groundBrief } from '../../shared/domain/written-brief.ts';
import { InvalidInput } from '../../shared/errors.ts';
import type { SessionDeps } from './deps.ts';
import type { Material } from './material.ts';
import { BUDGETS, type Stages } from './stages.ts';

const vocabularies = new WeakMap<CatalogueSnapshot, Vocabulary>();

/** The names of a catalogue, indexed once as long as it is kept. */
function vocabularyFor(snapshot: CatalogueSnapshot): Vocabulary {
  let vocabulary = vocabularies.get(snapshot);
  if (vocabulary === undefined) {
    vocabulary = vocabularyOf(snapshot);
    vocabularies.set(snapshot, vocabulary);
  }
  return vocabulary;
}

export interface PromptedBrief {
  readonly brief: Brief;
  readonly by: 'model' | 'parser';
  /** Words and names that mean nothing here. */
  readonly unread: readonly string[];
}

/** The brief that a prompt asks for. A model that fails or takes too long is named as degraded, and the parser reads it. */
export async function writeBrief(
  deps: SessionDeps,
  stages: Stages,
  { snapshot, listenerId }: Pick<Material, 'snapshot' | 'listenerId'>,
  prompt: string,
): Promise<PromptedBrief> {
  const { briefWriters, budgets = BUDGETS } = deps;
  const vocabulary = vocabularyFor(snapshot);
  return stages.run('brief', async (part) => {
    const writer = briefWriters?.forListener(listenerId);
    const write = async (signal: AbortSignal) =>
      parseWrittenBrief(await writer?.write(prompt, vocabulary, signal));
    const byModel = writer && (await part('model', budgets.model, write, undefined));
    const { brief, unknown } = groundBrief(
      byModel ?? parsePrompt(prompt, vocabulary, deps.clock.now()),
      vocabulary,
    );
    const unread = [...brief.unread, ...unknown.map(({ name }) => name)];
    return { brief, by: byModel === undefined ? 'parser' : 'model', unread };
  });
}

export interface Steering {
  readonly brief: Brief;
  readonly patch: readonly PatchOperation[];
  readonly unread: readonly string[];
}

/** The brief after a JSON Patch. Throws InvalidInput naming /patch, and the brief's field where that is what is wrong. */
export function steerByPatch(brief: Brief, patch: readonly PatchOperation[]): Steering {
  try {
    return { brief: patchBrief(brief, patch), patch, unread: [] };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const problems = error.problems.map(({ pointer, detail }) => ({
      pointer: '/patch',
      detail: pointer === '/patch' ? detail : `the brief's ${pointer}: ${detail}`,
    }));
    throw new InvalidInput(problems, { cause: error });
  }
}

/**
 * The brief after a follow-up in words, read by code alone; `playlist` is what the session served last, from where "more
 * upbeat" goes. Words and names that mean nothing change nothing and are told.
 */
export async function steerByWords(
  deps: Pick<SessionDeps, 'clock'>,
  stages: Stages,
  snapshot: CatalogueSnapshot,
  brief: Brief,
  { words, playlist }: { readonly words: string; readonly playlist: readonly IndexedItem[] },
): Promise<Steering> {
  return stages.run('brief', () => {
    const now = deps.clock.now();
    const refined = refine(brief, words, vocabularyFor(snapshot), { playlist, now });
    const unread = [...refined.unread, ...refined.unknown.map(({ name }) => name)];
    return { brief: refined.brief, patch: refined.patch, unread };
  });
}
