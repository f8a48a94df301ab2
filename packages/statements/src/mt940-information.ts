/** What field 86 says of the other side of a booking. */
export interface Information {
  payee: string | undefined;
  note: string;
  /** The payer's own reference, end to end. */
  reference: string | undefined;
}

/** Reads information to the account owner in the manner of German banks, of Dutch ones, or as plain text. */
export function readInformation(lines: readonly string[]): Information {
  // Lines are cut at 65 characters, wherever that falls.
  const whole = lines.join('');
  const german = /^\d{3}([^\w\s])\d\d/.exec(whole);
  if (german) return germanInformation(whole, german[1]!);
  if (/^\/[A-Z]{2,4}\//.test(whole)) return dutchInformation(whole);
  return { payee: undefined, note: lines.map((line) => line.trim()).join(' '), reference: undefined };
}

/** A business code, then subfields: 20–29 and 60–63 are the purpose, 32 and 33 the name. */
function germanInformation(text: string, separator: string): Information {
  const fields = text
    .slice(3)
    .split(separator)
    .slice(1)
    .map((field) => [Number(field.slice(0, 2)), field.slice(2)] as const);
  const of = (accepts: (code: number) => boolean) => fields.flatMap(([code, value]) => (accepts(code) ? value : []));
  const parts = of((code) => (code >= 20 && code <= 29) || (code >= 60 && code <= 63));
  const isSepa = parts.some((part) => sepaWord.test(part));
  const purpose = parts.join(isSepa ? '' : ' ');
  const words = isSepa ? sepaWords(purpose) : new Map<string, string>();
  const name = of((code) => code === 32 || code === 33).join('');
  return {
    // Who pays by a direct debit for another is of less use than the other.
    payee: words.get('ABWA') || words.get('ABWE') || name || undefined,
    note: (isSepa ? words.get('SVWZ') : purpose) || of((code) => code === 0).join(''),
    reference: words.get('EREF') || undefined,
  };
}

const sepaWord = /(?<![A-Z])(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP)\+/;

/** "EREF+123SVWZ+Rent" by its words; what stands before the first one belongs to the purpose. */
function sepaWords(text: string): Map<string, string> {
  const [before = '', ...pairs] = text.split(new RegExp(sepaWord, 'g'));
  const words = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) words.set(pairs[at]!, (pairs[at + 1] ?? '').trim());
  if (before.trim()) words.set('SVWZ', `${before.trim()} ${words.get('SVWZ') ?? ''}`.trim());
  return words;
}

const dutchWord =
  /\/(TRTP|IBAN|BIC|NAME|REMI|EREF|PREF|MARF|CSID|ORDP|BENM|CNTP|RTRN|PURP|ISDT|CREF|ULTC|ULTB|ULTD|SVCL|TRCD|BUSP|ADDR|ID|ACCW|OCMT)(?=\/)/g;

/** "/TRTP/SEPA OVERBOEKING/NAME/J. Jansen/REMI/Rent/EREF/123". */
function dutchInformation(text: string): Information {
  const [, ...pairs] = text.split(dutchWord);
  const words = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) {
    const value = (pairs[at + 1] ?? '').slice(1);
    if (!words.get(pairs[at]!)) words.set(pairs[at]!, value);
  }
  const plain = (value: string | undefined) => value?.replace(/^\/+|\/+$/g, '').trim() || undefined;
  // ING: account, bank, name and town in one; and before the purpose whether it is structured.
  const name = plain(words.get('NAME')) ?? plain(words.get('CNTP')?.split('/')[2]);
  const reference = plain(words.get('EREF'));
  return {
    payee: name,
    note: plain(words.get('REMI')?.replace(/^(USTD|STRD\/[A-Z]+)\/+/, '')) ?? plain(words.get('TRTP')) ?? '',
    reference: reference === 'NOTPROVIDED' ? undefined : reference,
  };
}
