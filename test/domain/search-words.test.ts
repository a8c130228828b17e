import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_WORDS, searchWords } from '../../shared/domain/search-words.ts';

describe('words of a text', () => {
  test.each([
    ['Déjà Vu', 'deja vu'],
    ['Sigur Rós', 'sigur ros'],
    ['Motörhead', 'motorhead'],
    ['Łąki Łan', 'laki lan'],
    ['Don’t Stop', 'dont stop'],
    ['Ｔｏｋｙｏ', 'tokyo'],
    ['Simon & Garfunkel', 'simon and garfunkel'],
    ['Straße', 'strasse'],
    ['Кино', 'kino'],
    ['Виктор Цой', 'viktor tsoy'],
    ['Пётр Чайковский', 'petr chaykovskiy'],
    ['Щедрик', 'shchedrik'],
    ['Океан Ельзи', 'okean elzi'],
    ['Їжак', 'yizhak'],
    ['Џенан Лончаревић', 'dzenan loncharevic'],
    ['Βαγγέλης', 'vaggelis'],
    ['Μίκης Θεοδωράκης', 'mikis theodorakis'],
    ['Ευρυδίκη', 'evrydiki'],
    ['Νάνα Μούσχουρη', 'nana mouschouri'],
    ['東京事変', '東 京 事 変'],
    ['ヨルシカ', 'ヨ ル シ カ'],
    ['방탄소년단', '방탄소년단'],
  ])('%s: %s', (text, words) => {
    expect(searchWords(text).words.join(' ')).toBe(words);
  });

  test.each([
    ['AC/DC', ['ac', 'dc'], ['acdc']],
    ['a-ha', ['a', 'ha'], ['aha']],
    ['Live at R.E.M. HQ', ['live', 'at', 'r', 'e', 'm', 'hq'], ['rem']],
    ['P!nk', ['p', 'nk'], ['pnk']],
    ['plain words', ['plain', 'words'], []],
  ])('%s is also known without its punctuation', (text, words, joined) => {
    expect(searchWords(text)).toEqual({ words, joined });
  });

  test.each(['', '   ', '?!', '…—…', '()[]{}', '\u0301'])('%j has none', (text) => {
    expect(searchWords(text)).toEqual({ words: [], joined: [] });
  });

  test('of anything are few, short and their own words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const { words, joined } = searchWords(text);
        expect(words.length).toBeLessThanOrEqual(MAX_WORDS);
        for (const word of [...words, ...joined]) expect(word.length).toBeLessThanOrEqual(32);
        for (const word of words) expect(word).not.toMatch(/\s|^$/);
      }),
    );
  });
});
