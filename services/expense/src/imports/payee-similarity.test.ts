import { expect } from 'chai';
import { payeeKey, payeeSimilarity, similarFrom } from './payee-similarity.ts';

describe('payee similarity', () => {
  const keys: [text: string, key: string][] = [
    ['Corner shop', 'corner shop'],
    ['  CORNER   Shop. ', 'corner shop'],
    ['REWE SAGT DANKE 47110815//Köln/DE', 'rewe koln de'],
    ['Café Zoë', 'cafe zoe'],
    ['Straßenbahn', 'strassenbahn'],
    ['EFTPOS WDL HANDYWAY ALDI STORE', 'handyway aldi store'],
    ['Visa', 'visa'],
    ['4711', '4711'],
    ['スターバックス 渋谷店', 'スターハックス 渋谷店'],
    ['', ''],
    ['//', ''],
  ];
  for (const [text, key] of keys)
    it(`knows "${text}" as "${key}"`, () => {
      expect(payeeKey(text)).to.equal(key);
    });

  const pairs: [a: string, b: string, isSimilar: boolean][] = [
    ['Corner shop', 'CORNER SHOP', true],
    ['Starbucks', 'STARBUCKS STORE 01234 SEATTLE WA', true],
    ['Starbuks', 'Starbucks', true],
    ['Aldi', 'EFTPOS WDL HANDYWAY ALDI STORE', true],
    ['REWE SAGT DANKE 4711//Koeln/DE', 'Kartenzahlung REWE SAGT DANKE 0815//Koeln/DE', true],
    ['Deutsche Telekom Mobilfunk Gmb', 'Deutsche Telekom Mobilfunk GmbH', true],
    ['Kartenzahlung Rewe', 'Kartenzahlung Edeka', false],
    ['Deutsche Bahn', 'Deutsche Post', false],
    ['Netflix', 'Spotify', false],
    ['Visa purchase Netflix', 'Visa purchase Spotify', false],
    ['DE', 'REWE Köln DE', false],
    ['', 'Corner shop', false],
    ['', '', false],
  ];
  for (const [a, b, isSimilar] of pairs)
    it(`${isSimilar ? 'takes' : 'does not take'} "${a}" for "${b}"`, () => {
      expect(payeeSimilarity(payeeKey(a), payeeKey(b)) >= similarFrom).to.equal(isSimilar);
      expect(payeeSimilarity(payeeKey(b), payeeKey(a)) >= similarFrom).to.equal(isSimilar);
    });
});
