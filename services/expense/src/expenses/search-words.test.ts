import { expect } from 'chai';
import { foldCase, searchWords } from './search-words.ts';

describe('search words', () => {
  const cases: [text: string, words: string[]][] = [
    ['Corner Shop', ['corner', 'shop']],
    ['Café Größe', ['cafe', 'grosse']],
    ['ŁÓDŹ Ærøskøbing İstanbul', ['lodz', 'aeroskobing', 'istanbul']],
    ['AMZN Mktp DE*2A3BC', ['amzn', 'mktp', 'de', '2a3bc']],
    ['shop, SHOP; shop!', ['shop']],
    ['ｆｕｌｌ ｗｉｄｔｈ', ['full', 'width']],
    ['寿司 bar', ['寿', '司', 'bar']],
    ['Кофе и чай', ['кофе', 'и', 'чаи']],
    ['x'.repeat(60), ['x'.repeat(40)]],
    ['?! — 🍕', []],
    ['', []],
    ['^.*$(a|b)', ['a', 'b']],
  ];
  for (const [text, words] of cases)
    it(`of "${text.slice(0, 30)}" are ${words.map((each) => each.slice(0, 20)).join(', ') || 'none'}`, () =>
      expect(searchWords(text)).to.deep.equal(words));

  it('of several texts are those of all, each once', () => {
    expect(searchWords('Corner shop', 'Milk from the shop')).to.deep.equal(['corner', 'shop', 'milk', 'from', 'the']);
  });

  it('hold nothing that a regular expression would take for more than itself', () => {
    const everything = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join(' ');
    for (const word of searchWords(everything)) expect(word).to.match(/^[\p{L}\p{N}]+$/u);
  });

  it('leave case and spacing aside for a payee, not its accents', () => {
    expect(foldCase('  CAFÉ   Nero ')).to.equal('café nero');
    expect(foldCase('Cafe Nero')).to.not.equal(foldCase('Café Nero'));
  });
});
