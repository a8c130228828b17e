/** A report with plots as one file. */
import { writeFile } from 'node:fs/promises';
import type { ReportSection } from '../../../shared/evaluation/report-html.ts';
import { print } from './command.ts';

/** Writes it as HTML. What draws it is needed by nothing else, and so is not loaded before it is asked for. */
export async function writeReport(
  path: string,
  title: string,
  sectionsOf: (sections: typeof import('../../../shared/evaluation/report-sections.ts')) => ReportSection[],
): Promise<void> {
  const { renderReport } = await import('../../../shared/evaluation/report-html.ts');
  const sections = sectionsOf(await import('../../../shared/evaluation/report-sections.ts'));
  await writeFile(path, renderReport(title, sections));
  print(`Report: ${path}`);
}
