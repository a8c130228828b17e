/** What an import will read: every file under the paths, recognised, in the order of reading. */
import { byteStream } from './byte-stream.ts';
import { type Format, type FormatName, HEAD_BYTES, recognise } from './recognise.ts';
import { emptyFileReport, type FileReport, type ImportReport } from './report.ts';
import { listSources, readHead, type Source } from './sources.ts';

export interface Recognised {
  readonly path: string;
  readonly member?: string;
  readonly format: FormatName;
}

/** The order of reading: files that tell podcasts from music come before those that do not. */
export const ORDER: readonly FormatName[] = [
  ...([
    'features',
    'artist-features',
    'spotify-extended',
    'spotify-podcasts',
    'listenbrainz',
    'lastfm',
  ] as const),
  ...(['hetrec-tags', 'hetrec-tagged-artists', 'hetrec-artists', 'hetrec-user-artists'] as const),
  ...(['hetrec-friends', 'spotify-account'] as const),
];

export interface Planned {
  readonly source: Source;
  readonly format: Format;
  readonly report: FileReport;
}

/** The formats of everything under the paths, without importing; what is not recognised is left out. */
export async function recognisePaths(paths: readonly string[]): Promise<Recognised[]> {
  const report: ImportReport = { files: [], podcasts: null };
  const planned = await plan(paths, report);
  return planned.map(({ source: { path, member }, format }) => ({
    path,
    ...(member === undefined ? {} : { member }),
    format: format.name,
  }));
}

/** Opens and recognises everything; each file gets its entry in the report, in the order found. */
export async function plan(paths: readonly string[], report: ImportReport): Promise<Planned[]> {
  const planned: Planned[] = [];
  for await (const source of listSources(paths)) {
    if ('problem' in source) {
      report.files.push(emptyFileReport(source, null, source.problem));
      continue;
    }
    const stream = byteStream(source.open());
    const head = await readHead(stream.chunks, HEAD_BYTES);
    const broken = head.length === 0 ? stream.problem() : null;
    const format = broken === null ? recognise(head, head.length < HEAD_BYTES) : { problem: broken };
    if ('problem' in format) {
      report.files.push(emptyFileReport(source, null, format.problem));
    } else {
      const unused = format.name === 'hetrec-friends' ? 'is recognised; friendships are not imported' : null;
      const fileReport = emptyFileReport(source, format.name, unused);
      report.files.push(fileReport);
      planned.push({ source, format, report: fileReport });
    }
  }
  return planned;
}
