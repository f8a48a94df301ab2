/** Letters that Unicode does not take apart into a base and a mark. */
const plain: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i' };

/** Scripts written without spaces have each character as a word; elsewhere a run of letters and digits is one. */
const word =
  /[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}]&&[\p{L}\p{N}]]|[[\p{L}\p{N}]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}]]+/gv;

/** Longer ones are cut, in what is stored and in what is asked for alike. */
const wordLengthMax = 40;

/** The distinct words of a text as search knows them: small letters without accents. "Café Größe" → cafe, grosse. */
export function searchWords(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    const folded = text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .replace(/[ßæœøđłı]/g, (letter) => plain[letter]!);
    for (const [found] of folded.matchAll(word)) words.add(found.slice(0, wordLengthMax));
  }
  return [...words];
}

/** Equal for two payees that differ in case or spacing only. */
export const foldCase = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
