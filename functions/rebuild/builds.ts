/** What is remembered of each build: a document, written as it advances. */
import { NotFound } from '../../shared/errors.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { StageResult } from '../../shared/ports/warehouse.ts';
import type { StageParams } from '../../shared/sql/stage.ts';

/** building → audited → loaded → published, or → rejected when an audit fails. */
export type BuildStatus = 'building' | 'audited' | 'loaded' | 'published' | 'rejected' | 'rolled-back';

export interface AuditResult {
  readonly name: string;
  readonly passed: boolean;
  /** What was seen, in words that tell an operator what to look at. */
  readonly detail: string;
  /** True where it failed and was waived by name. */
  readonly waived?: boolean;
}

export interface Build {
  readonly id: string;
  /** Epoch ms: events received before it are covered; also the timestamp of the build's cells. */
  readonly cutoff: number;
  readonly status: BuildStatus;
  /** Whether it is to serve once loaded; otherwise it waits for `npm run publish`. */
  readonly publishes: boolean;
  readonly parametersVersion: string;
  readonly parameters: StageParams;
  readonly stages: Readonly<Record<string, StageResult>>;
  readonly audits: readonly AuditResult[];
  /** Shares of the scores' distribution, for the drift audit of the next build. */
  readonly scoreShares: readonly number[];
  /** How uneven artists' exposure is, a Gini coefficient, for the audit of the next builds; null where it is not known. */
  readonly artistExposure: number | null;
  /** SHA-256 over everything that is served, in key order. */
  readonly identity: string | null;
  readonly cells: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

const COLLECTION = 'builds';

export async function saveBuild(documents: DocumentStore, build: Build): Promise<Build> {
  await documents.put(COLLECTION, build.id, build);
  return build;
}

/** Throws NotFound. */
export async function getBuild(documents: DocumentStore, id: string): Promise<Build> {
  const found = await documents.get<Build>(COLLECTION, id);
  if (found === undefined) throw new NotFound(`There is no build ${id}.`);
  return found.value;
}

/** Oldest first. */
export async function listBuilds(documents: DocumentStore): Promise<Build[]> {
  const all = await documents.list<Build>(COLLECTION);
  return all.map(({ value }) => value);
}

export async function forgetBuild(documents: DocumentStore, id: string): Promise<void> {
  await documents.delete(COLLECTION, id);
}
