/** npm run tune: parameters of the candidate stages by validation on train files; test files are never opened. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { renderRows } from '../../../shared/evaluation/report.ts';
import { readTrain } from '../../../shared/evaluation/split-file.ts';
import { readSplitKnowledge } from '../evaluate-split.ts';
import { readSettings } from '../settings.ts';
import { judgePoint, renderTuned, type TrainFile, type Tried, tuneCandidates } from '../tune-candidates.ts';
import { TUNING } from '../tuning-grid.ts';
import { EXIT, print, runCommand } from './command.ts';

const pathOf = (given: string) => resolve(process.env.INIT_CWD ?? '.', given);
const TUNED_FILE = new URL('../../../shared/sql/tuned-parameters.ts', import.meta.url);

await runCommand({
  usage: 'npm run tune -- SPLIT [SPLIT…] [--tags DIR] [--write]',
  about:
    `Searches the grid ${TUNING.version} (infra/local/tuning-grid.ts) on validation cuts of the train files of splits; ` +
    'test files are never opened. --write puts what is best into shared/sql/tuned-parameters.ts, which the stages use.',
  options: { tags: { type: 'string' }, write: { type: 'boolean' } },
  help: {
    tags: 'HetRec directory with the tags of artists, which items.txt of each split leads to.',
    write: 'Write shared/sql/tuned-parameters.ts.',
  },
  positionals: [1, 100],
  async run({ options, positionals }) {
    const engine = readSettings(process.env);
    const tagDirectory = options.tags === undefined ? null : pathOf(options.tags);
    const trains: TrainFile[] = [];
    for (const directory of positionals.map(pathOf))
      trains.push({
        itemsOf: await readTrain(directory),
        knowledge: await readSplitKnowledge(directory, tagDirectory, print),
      });
    const tried: Tried[] = [];
    const best = await tuneCandidates(
      TUNING,
      (point) => judgePoint(engine, trains, TUNING, point),
      (point) => {
        tried.push(point);
        process.stderr.write(
          `${point.ndcg.toFixed(4)} ${point.recall.toFixed(4)} ${JSON.stringify(point.point)}\n`,
        );
      },
    );
    const names = Object.keys(best.point) as (keyof typeof best.point)[];
    const row = ({ point, ndcg, recall }: Tried) => [
      ...names.map((name) => String(point[name])),
      ndcg.toFixed(4),
      recall.toFixed(4),
    ];
    print(renderRows([...names, 'NDCG@20', 'Recall@20'], [...tried, best].map(row)));
    print('The last row is the best.');
    if (options.write === true) await writeFile(TUNED_FILE, renderTuned(TUNING.version, best.point));
    return EXIT.done;
  },
});
