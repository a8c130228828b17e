/** Long work shows a bar on a terminal, and plain lines elsewhere, so that a log stays readable. */
import type { Progress } from '../../../functions/rebuild/handler.ts';

const WIDTH = 24;
/** On a plain output, a step in progress is told at most this often. */
const QUIET_MS = 5_000;

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

/** A listener of progress that writes to `output`. */
export function showProgress(output: ProgressOutput, now: () => number): (progress: Progress) => void {
  return output.isTTY === true ? drawBar(output) : writeLines(output, now);
}

function drawBar(output: ProgressOutput) {
  return ({ step, done, total }: Progress) => {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const filled = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    output.write(`\r\x1b[2K${bar} ${String(Math.round(share * 100)).padStart(3)}% ${step}`);
    if (done >= total && (step === 'load' || step === 'import')) output.write('\n');
  };
}

function writeLines(output: ProgressOutput, now: () => number) {
  let last = Number.NEGATIVE_INFINITY;
  return ({ step, done, total, rows, ms }: Progress) => {
    const finished = rows !== undefined || done >= total;
    if (!finished && now() - last < QUIET_MS) return;
    last = now();
    const detail = rows === undefined ? '' : `: ${rows} rows in ${Math.round(ms ?? 0)} ms`;
    output.write(`${step} ${done}/${total}${detail}\n`);
  };
}
