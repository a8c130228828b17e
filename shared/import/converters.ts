/** Which conversion belongs to which format, and what files learn from each other. */
import { convertArtistRow, convertTrackRow } from './features.ts';
import { type HetrecPart, HetrecSet } from './hetrec.ts';
import { convertLastfmRow } from './lastfm.ts';
import { ListenMaker } from './listen.ts';
import { convertListenBrainzListen } from './listenbrainz.ts';
import type { Planned } from './plan.ts';
import type { PodcastEvidence } from './podcasts.ts';
import type { FormatName } from './recognise.ts';
import type { Converted } from './record.ts';
import { convertAccountRecord } from './spotify-account.ts';
import { convertExtendedRecord } from './spotify-extended.ts';

/** The `source` of events and items. */
const SOURCES: Readonly<Record<FormatName, string>> = {
  features: 'features',
  'artist-features': 'features',
  'spotify-account': 'spotify',
  'spotify-podcasts': 'spotify',
  'spotify-extended': 'spotify-extended',
  listenbrainz: 'listenbrainz',
  lastfm: 'lastfm',
  'hetrec-artists': 'hetrec',
  'hetrec-user-artists': 'hetrec',
  'hetrec-tags': 'hetrec',
  'hetrec-tagged-artists': 'hetrec',
  'hetrec-friends': 'hetrec',
};

export type Convert = (value: unknown) => Converted;

/** The converter of one file's records. Files of one HetRec folder share a set. */
export function converterFor(
  { source, format, report }: Planned,
  planned: readonly Planned[],
  options: { readonly listenerId: string; readonly receivedAt: number },
  evidence: PodcastEvidence,
  sets: Map<string, HetrecSet>,
): Convert {
  const maker = new ListenMaker(SOURCES[format.name], options.listenerId, options.receivedAt);
  const onBadValue = (column: string): void => {
    report.badValues[column] = (report.badValues[column] ?? 0) + 1;
  };
  switch (format.name) {
    case 'spotify-account': {
      const kindOf = (artist: string) => (evidence.isShow(artist) ? 'episode' : 'track');
      return (value) => convertAccountRecord(value, maker, kindOf);
    }
    case 'spotify-podcasts':
      return (value) =>
        witness(
          convertAccountRecord(value, maker, () => 'track'),
          evidence,
        );
    case 'spotify-extended':
      return (value) => witness(convertExtendedRecord(value, maker), evidence);
    case 'listenbrainz':
      return (value) => convertListenBrainzListen(value, maker);
    case 'lastfm':
      return (value) => convertLastfmRow(value as string[], format.columns, maker);
    case 'features':
      return (value) =>
        witness(convertTrackRow(value as string[], format.columns, maker, onBadValue), evidence);
    case 'artist-features':
      return (value) => witness(convertArtistRow(value as string[], format.columns, onBadValue), evidence);
    default: {
      const part: HetrecPart = format.name;
      const inSet = planned.filter((other) => other.source.folder === source.folder);
      let set = sets.get(source.folder);
      if (set === undefined) {
        set = new HetrecSet(
          maker,
          inSet.some((other) => other.format.name === 'hetrec-artists'),
        );
        sets.set(source.folder, set);
      }
      const found = set;
      return (value) => found.convert(part, value as string[]);
    }
  }
}

/** Notes who makes music and who podcasts, as told by files that tell the two apart. */
function witness(converted: Converted, evidence: PodcastEvidence): Converted {
  if ('features' in converted) evidence.addMusicArtist(converted.features.artistId);
  else if ('item' in converted && converted.item !== null) {
    if (converted.item.kind === 'episode') evidence.addShow(converted.item.artistId);
    else evidence.addMusicArtist(converted.item.artistId);
  }
  return converted;
}
