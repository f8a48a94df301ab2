/**
 * Words with which banks decorate every booking. Left in, they would make "Kartenzahlung Rewe" look like "Kartenzahlung
 * Edeka".
 */
const decoration = new Set(
  `pos eftpos wdl visa mastercard maestro debit credit card purchase payment contactless online direct transfer sepa
  kartenzahlung lastschrift basislastschrift gutschrift ueberweisung uberweisung dauerauftrag girocard sagt danke
  carte paiement achat virement prelevement compra tarjeta pago transferencia recibo pagamento carta bonifico addebito
  betaalautomaat betaling incasso overboeking ref`.split(/\s+/),
);

/**
 * What remains of a payee (or of a note where no payee is named) without case, accents, punctuation, references and banks'
 * decoration: "REWE SAGT DANKE 47110815//Köln/DE" is "rewe koln de". Two texts with the same key name the same payee.
 * @returns '' only where the text holds neither letters nor digits
 */
export function payeeKey(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  // Numbers are terminals, cards and references, which change with every visit to the same shop.
  const names = words.filter((word) => !/\p{N}/u.test(word));
  const proper = names.filter((word) => !decoration.has(word));
  return [proper, names, words].find((kept) => kept.length > 0)?.join(' ') ?? '';
}

/** From here on two payees count as similar. */
export const similarFrom = 0.7;

/**
 * How alike two payees are: 1 where one names no more than words of the other ("Aldi" in "Aldi store Geelong"), else the
 * share of letter pairs that both have (Sørensen–Dice), which forgives typing errors and cut ends.
 * @param a, b by {@link payeeKey}
 * @returns 0…1; 0 where one is unknown
 */
export function payeeSimilarity(a: string, b: string): number {
  if (a === '' || b === '') return 0;
  if (a === b) return 1;
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  const words = new Set(longer.split(' '));
  // A single short word ("de", "sa") is no name.
  if (shorter.length >= 3 && shorter.split(' ').every((word) => words.has(word))) return 1;
  return dice(shorter.replaceAll(' ', ''), longer.replaceAll(' ', ''));
}

function dice(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let i = 0; i < a.length - 1; i++) {
    const pair = a.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let i = 0; i < b.length - 1; i++) {
    const pair = b.slice(i, i + 2);
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    pairs.set(pair, left - 1);
    common += 1;
  }
  return (2 * common) / (a.length + b.length - 2);
}
