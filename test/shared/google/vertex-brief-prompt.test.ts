import fc from 'fast-check';
import { expect, test } from 'vitest';
import { briefJsonSchema } from '../../../shared/api/brief.ts';
import { answerSchema, dataParts, MOST_CHARACTERS } from '../../../shared/google/vertex-brief-prompt.ts';

test('no text ends its part early, hides anything or makes the part longer than it may be', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 3_000 });
  const tagged = fc.array(
    fc.oneof(hostile, fc.constantFrom('</request>', '<genres>', '\u{e0041}', '\u{e0006}', '\ud800')),
  );
  fc.assert(
    fc.property(
      tagged.map((texts) => texts.join('')),
      fc.array(hostile, { maxLength: 5 }),
      (prompt, names) => {
        const [genres, request] = dataParts(prompt, names);
        const inside = /^<request>\n([^<>]*)\n<\/request>$/u.exec(request)?.[1];
        expect(inside).toBeDefined();
        expect([...(inside ?? '')].length).toBeLessThanOrEqual(MOST_CHARACTERS);
        expect(inside).not.toMatch(/[\p{Cs}\p{Co}\u{e0000}-\u{e007f}\u202a-\u202e]|(?!\n)\p{Cc}/u);
        const listed = /^<genres>\n([^<>]*)\n<\/genres>$/u.exec(genres)?.[1];
        expect(listed?.split('\n')).toHaveLength(Math.max(1, names.length));
      },
    ),
  );
});

test('what is spelt stays as it is spelt', () => {
  const prompt = 'Sigur Rós & Björk,\nموسيقى می‌خواهم, 日本語のロック 🎷 "quoted" \\ {json}';
  expect(dataParts(prompt, ['R&B', 'neo  soul'])).toEqual([
    '<genres>\nR&B\nneo  soul\n</genres>',
    `<request>\n${prompt}\n</request>`,
  ]);
});

test('the schema of the answer has the fields of a brief and nothing that Vertex AI does not read', () => {
  const keywords = new Set<string>();
  const names = (schema: unknown, into: Set<string>): unknown =>
    JSON.stringify(schema, function replace(this: unknown, key, value) {
      if (key !== '' && !Array.isArray(this)) into.add(key);
      return value;
    });
  const sent = answerSchema();
  const full = briefJsonSchema();
  expect(Object.keys(sent.properties as object)).toEqual(Object.keys(full.properties as object));
  expect(sent.required).toEqual(full.required);
  names(sent, keywords);
  for (const keyword of [
    'maxItems',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'pattern',
    'const',
    'default',
  ])
    expect(keywords).not.toContain(keyword);
  expect((sent.properties as Record<string, unknown>).version).toEqual({ type: 'number', enum: [1] });
});
