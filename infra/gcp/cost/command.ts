/** npm run cost: what a deployment costs a month, line by line with unit price and source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ArgumentsError, HELP, readArguments } from './arguments.ts';
import { renderDocument } from './document.ts';
import { MEASUREMENTS } from './measurements.ts';
import { estimate } from './model.ts';
import { PRICES, REGION } from './prices.ts';
import { bottleneck, toText } from './report.ts';
import { sensitivityOf } from './sensitivity.ts';

const DOCUMENT = new URL('../../../docs/cost.md', import.meta.url);

// `npm run cost … | head` closes the pipe: there is nobody left to tell, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  const { help, json, document, workload, deployment } = readArguments(process.argv.slice(2));
  if (help) process.stdout.write(HELP);
  else if (document) writeFileSync(DOCUMENT, renderDocument(readFileSync(DOCUMENT, 'utf8')));
  else {
    const found = estimate(workload, deployment, MEASUREMENTS, PRICES);
    const sensitivity = sensitivityOf(found, MEASUREMENTS, PRICES);
    const everything = {
      region: REGION,
      ...found,
      bottleneck: bottleneck(found),
      sensitivity,
      measurements: MEASUREMENTS,
    };
    process.stdout.write(
      json ? `${JSON.stringify(everything, null, 2)}\n` : toText(found, sensitivity, MEASUREMENTS),
    );
  }
} catch (error) {
  if (!(error instanceof ArgumentsError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
