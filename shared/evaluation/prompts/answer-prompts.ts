/** Prompts answered by the parser and the executor alone, as sessions answer them, over one catalogue and one listener. */
import type { Brief } from '../../domain/brief.ts';
import { type BriefListener, type Execution, executeBrief } from '../../domain/brief-execution.ts';
import { parsePrompt } from '../../domain/brief-parser.ts';
import { refine } from '../../domain/brief-patch.ts';
import { type Vocabulary, vocabularyOf } from '../../domain/brief-vocabulary.ts';
import type { IndexedItem } from '../../domain/indexed-item.ts';
import { sequencePlaylist } from '../../domain/playlist-sequence.ts';
import { groundBrief } from '../../domain/written-brief.ts';
import type { PromptAnswer } from './score-prompts.ts';
import type { World } from './track-check.ts';

/** A listener of whom only is known what they heard. */
function listenerOf({ listener }: World): BriefListener {
  return {
    hasHeard: (recordingId) => listener.heardRecordings.has(recordingId),
    knowsArtist: (artistId) => listener.heardArtists.has(artistId),
    affinityOf: (artistId) => (listener.heardArtists.has(artistId) ? 1 : 0),
    genreAffinity: () => 0,
    isBlocked: () => false,
  };
}

export interface Conversing {
  readonly brief: Brief;
  readonly playlist: readonly IndexedItem[];
  readonly reported: readonly string[];
}

/** Answers prompts over a world. `now`: epoch ms. */
export function createAnswering(world: World, now: number) {
  const vocabulary: Vocabulary = vocabularyOf(world.snapshot);
  const listener = listenerOf(world);

  function execute(brief: Brief, unread: readonly string[]): Conversing {
    const execution: Execution = executeBrief(brief, {
      snapshot: world.snapshot,
      listener,
      candidates: new Map(),
      seed: 1,
      sequence: sequencePlaylist,
    });
    return {
      brief,
      playlist: execution.tracks.map(({ item }) => item),
      reported: [
        ...execution.unmet.map(
          ({ constraint, wanted, reason }) => `${constraint} ${JSON.stringify(wanted)}: ${reason}`,
        ),
        ...unread,
      ],
    };
  }

  function begin(prompt: string): Conversing {
    const { brief, unknown } = groundBrief(parsePrompt(prompt, vocabulary, now), vocabulary);
    return execute(brief, [...brief.unread, ...unknown.map(({ name }) => name)]);
  }

  function follow(before: Conversing, prompt: string): Conversing {
    const { brief, unknown } = refine(before.brief, prompt, vocabulary, { playlist: before.playlist, now });
    return execute(brief, [...brief.unread, ...unknown.map(({ name }) => name)]);
  }

  return {
    begin,
    follow,
    /** The last answer of a conversation that begins with `follows`, or of the prompt alone. */
    answer(prompt: string, follows: readonly string[] = []): PromptAnswer {
      const [first, ...rest] = [...follows, prompt];
      return rest.reduce(follow, begin(first ?? ''));
    },
  };
}
