/**
 * Search: reciprocal-rank fusion of spelling and BM25 as `text`, then `text + .2·log pop + .3·affinity` (algorithms:
 * search). Popularity is logarithmic in listeners already. There are no rewards of searches, hence no term for them.
 */
import { forgivenSlips } from './edit-distance.ts';
import { SEARCH_KINDS, type SearchDocument, type SearchKind } from './search-documents.ts';
import { IN_ALBUM, IN_ARTIST, IN_TITLE, type SearchIndex } from './search-index.ts';
import { type Matches, matchWords } from './search-matches.ts';
import { AS_BEGINNING, WITH_SLIPS } from './search-spellings.ts';
import { searchWords } from './search-words.ts';

/** Cormack, Clarke, Büttcher: Reciprocal Rank Fusion, 2009. */
export const RRF_K = 60;
export const POPULARITY_WEIGHT = 0.2;
export const AFFINITY_WEIGHT = 0.3;
/** Who names a title in full means it: affinity then orders namesakes, no more. */
export const AFFINITY_DAMPING = 1 / 3;
/** More than all that is left to those not named in full. */
export const EXACT_PART = 1;
/** Ranks tell qualities apart by this many steps; what is equal so far shares a rank. */
const STEPS = 2048;
/** With fewer documents that have every word of the query, slips of the pen are looked for. */
const ENOUGH = 3;

export interface SearchOptions {
  /** Hits per kind. */
  readonly limit: number;
  readonly kinds?: readonly SearchKind[];
  /** By artist id, 0 to 1. */
  readonly affinity?: ReadonlyMap<string, number>;
  /** False leaves a document out; asked of few. */
  readonly admits?: (document: SearchDocument) => boolean;
}

export interface SearchScore {
  /** 0 to 1: first in both rankings. */
  readonly text: number;
  readonly popularity: number;
  readonly affinity: number;
  readonly exact: number;
}

export interface SearchHit {
  readonly document: SearchDocument;
  /** Sum of the parts. */
  readonly score: number;
  readonly parts: SearchScore;
  /** Where words were found. */
  readonly fields: readonly ('title' | 'artist' | 'album')[];
  /** The worst of how they were: the whole title, whole words, beginnings of words, words like those asked for. */
  readonly match: 'exact' | 'words' | 'beginnings' | 'similar';
}

export type SearchHits = ReadonlyMap<SearchKind, readonly SearchHit[]>;

/** Best hits of every kind asked for (all unless told), each kind ranked by itself; none for a query without words. */
export function search(index: SearchIndex, query: string, options: SearchOptions): SearchHits {
  const words = [...new Set(searchWords(query).words)];
  const kinds = options.kinds ?? SEARCH_KINDS;
  const hits = new Map<SearchKind, readonly SearchHit[]>(kinds.map((kind) => [kind, []]));
  if (words.length === 0) return hits;
  const affinity = affinities(index, options.affinity);
  let lacking = kinds.filter((kind) => (index.sizes[SEARCH_KINDS.indexOf(kind)] as number) > 0);
  const rounds = words.some((word) => forgivenSlips(word) > 0) ? [false, true] : [false];
  for (const [round, slips] of rounds.entries()) {
    if (lacking.length === 0) break;
    const isLast = round === rounds.length - 1;
    const matches = matchWords(index, words, slips);
    const members = membersByKind(index, matches);
    const membersOf = (kind: SearchKind) => members[SEARCH_KINDS.indexOf(kind)] as Members;
    const ready = lacking.filter((kind) => {
      const { documents, haveAllWords } = membersOf(kind);
      return isLast || (haveAllWords && documents.length >= ENOUGH);
    });
    for (const kind of ready)
      hits.set(kind, rankKind(index, matches, membersOf(kind).documents, affinity, options));
    lacking = lacking.filter((kind) => !ready.includes(kind));
  }
  return hits;
}

/** Affinity by the index's own numbers of artists. */
function affinities({ artists }: SearchIndex, given: SearchOptions['affinity']): Float32Array {
  const dense = new Float32Array(artists.size);
  for (const [artistId, value] of given ?? []) {
    const at = artists.get(artistId);
    if (at !== undefined) dense[at] = value;
  }
  return dense;
}

/** Documents to rank of one kind. */
interface Members {
  /** Those that have as many of the words as any of the kind has, at least half of them. */
  readonly documents: Uint32Array;
  readonly haveAllWords: boolean;
}

/** What was found, by place of the kind in SEARCH_KINDS. Two passes, whatever the number of kinds. */
function membersByKind({ kinds }: SearchIndex, { found, words, asked }: Matches): readonly Members[] {
  const most = new Uint8Array(SEARCH_KINDS.length).fill(Math.ceil(asked / 2));
  const counts = new Uint32Array(SEARCH_KINDS.length);
  for (const d of found) {
    const kind = kinds[d] as number;
    const has = words[d] as number;
    if (has < (most[kind] as number)) continue;
    counts[kind] = has > (most[kind] as number) ? 1 : (counts[kind] as number) + 1;
    most[kind] = has;
  }
  const members = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (const d of found) {
    const kind = kinds[d] as number;
    if (words[d] !== most[kind]) continue;
    const at = counts[kind] as number;
    (members[kind] as Uint32Array)[at] = d;
    counts[kind] = at + 1;
  }
  return members.map((documents, kind) => ({ documents, haveAllWords: most[kind] === asked }));
}

/** Reciprocal rank of each value of `members`, `1 / (k + 1 + how many are better)`. */
function reciprocalRanks(members: Uint32Array, values: Float32Array): (document: number) => number {
  let best = 0;
  for (const d of members) if ((values[d] as number) > best) best = values[d] as number;
  const stepOf = (d: number) => Math.floor(((values[d] as number) / best) * STEPS);
  const counts = new Uint32Array(STEPS + 1);
  for (const d of members) counts[stepOf(d)] = (counts[stepOf(d)] as number) + 1;
  const reciprocal = new Float64Array(STEPS + 1);
  let better = 0;
  for (let step = STEPS; step >= 0; step--) {
    reciprocal[step] = 1 / (RRF_K + 1 + better);
    better += counts[step] as number;
  }
  return (d) => reciprocal[stepOf(d)] as number;
}

function rankKind(
  index: SearchIndex,
  matches: Matches,
  members: Uint32Array,
  affinity: Float32Array,
  { limit, admits = () => true }: SearchOptions,
): SearchHit[] {
  const bySpelling = reciprocalRanks(members, matches.spelling);
  const byRelevance = reciprocalRanks(members, matches.relevance);
  const damping = members.some(matches.isExact) ? AFFINITY_DAMPING : 1;
  const partsOf = (d: number): SearchScore => {
    const artist = index.artistOf[d] as number;
    return {
      text: ((bySpelling(d) + byRelevance(d)) * (RRF_K + 1)) / 2,
      popularity: (POPULARITY_WEIGHT * (index.popularity[d] as number)) / 1000,
      affinity: artist < 0 ? 0 : AFFINITY_WEIGHT * damping * (affinity[artist] as number),
      exact: matches.isExact(d) ? EXACT_PART : 0,
    };
  };
  const best: Place[] = [];
  for (const document of members) {
    const { text, popularity, affinity: likes, exact } = partsOf(document);
    const score = text + popularity + likes + exact;
    const last = best[limit - 1];
    if (last !== undefined && !isBefore(score, document, last)) continue;
    if (admits(index.documents[document] as SearchDocument)) insert(best, { document, score }, limit);
  }
  return best.map(({ document, score }) => ({
    document: index.documents[document] as SearchDocument,
    score,
    parts: partsOf(document),
    ...explain(matches, document),
  }));
}

interface Place {
  readonly document: number;
  readonly score: number;
}

/** Puts it where it belongs among the best, of which the last goes where there are more than `limit`. */
function insert(best: Place[], place: Place, limit: number): void {
  let at = Math.min(best.length, limit - 1);
  for (; at > 0 && isBefore(place.score, place.document, best[at - 1] as Place); at--)
    best[at] = best[at - 1] as Place;
  best[at] = place;
}

/** Of equals the one that comes first in the catalogue, which is in order of popularity. */
function isBefore(score: number, document: number, other: Place): boolean {
  return score > other.score || (score === other.score && document < other.document);
}

function explain(matches: Matches, document: number): Pick<SearchHit, 'fields' | 'match'> {
  const bits = matches.bits[document] as number;
  const fields = (['title', 'artist', 'album'] as const).filter(
    (_, i) => (bits & ([IN_TITLE, IN_ARTIST, IN_ALBUM][i] as number)) !== 0,
  );
  if (matches.isExact(document)) return { fields, match: 'exact' };
  if ((bits & WITH_SLIPS) !== 0) return { fields, match: 'similar' };
  return { fields, match: (bits & AS_BEGINNING) !== 0 ? 'beginnings' : 'words' };
}
