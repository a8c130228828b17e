/** Prompts with what has to hold of a playlist that answers them, and conversations with the ways they push one. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Constraint, constraintSchema } from './constraint.ts';

export interface PromptCase {
  readonly id: string;
  /** As somebody typed it. */
  readonly prompt: string;
  /** All of them have to hold. */
  readonly constraints: readonly Constraint[];
  /** Prompts before it in the same conversation, the oldest first; constraints hold for what comes of all of them. */
  readonly follows?: readonly string[] | undefined;
}

export const ATTRIBUTES = ['bpm', 'energy', 'valence', 'novelty', 'popularity', 'length'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export interface Turn {
  readonly prompt: string;
  readonly attribute: Attribute;
  readonly direction: 'up' | 'down';
}

export interface Conversation {
  readonly id: string;
  /** What it opens with. */
  readonly prompt: string;
  readonly turns: readonly Turn[];
}

const id = z.string().regex(/^[a-z]+-\d{2}$/);
const prompt = z.string().min(1).max(500);

const caseSchema = z.strictObject({
  id,
  prompt,
  constraints: z.array(constraintSchema).min(1),
  follows: z.array(prompt).min(1).optional(),
});
const conversationSchema = z.strictObject({
  id,
  prompt,
  turns: z
    .array(z.strictObject({ prompt, attribute: z.enum(ATTRIBUTES), direction: z.enum(['up', 'down']) }))
    .min(1),
});

const PARTS = { open: './open.jsonl', 'held-out': './held-out.jsonl' } as const;

/** The cases of one part. Throws as parsePrompts(). */
export async function readPrompts(part: keyof typeof PARTS): Promise<PromptCase[]> {
  return parsePrompts(await readFile(new URL(PARTS[part], import.meta.url), 'utf8'));
}

/** All conversations. Throws as parseConversations(). */
export async function readConversations(): Promise<Conversation[]> {
  return parseConversations(await readFile(new URL('./conversations.jsonl', import.meta.url), 'utf8'));
}

/** Cases, one JSON object per line. Throws Error naming the line that is none, or that repeats an id. */
export function parsePrompts(text: string): PromptCase[] {
  return parseLines(text, caseSchema);
}

/** Conversations, one JSON object per line. Throws Error naming the line that is none, or that repeats an id. */
export function parseConversations(text: string): Conversation[] {
  return parseLines(text, conversationSchema);
}

function parseLines<T extends { readonly id: string }>(text: string, schema: z.ZodType<T>): T[] {
  const ids = new Set<string>();
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  return lines.map((line, index) => {
    const fail = (problem: string): never => {
      throw new Error(`Line ${index + 1}: ${problem}`);
    };
    const read = schema.safeParse(parseJson(line) ?? fail('is no JSON.'));
    if (!read.success) return fail(z.prettifyError(read.error));
    if (ids.has(read.data.id)) fail(`repeats the id ${read.data.id}.`);
    ids.add(read.data.id);
    return read.data;
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
