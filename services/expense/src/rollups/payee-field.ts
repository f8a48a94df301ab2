import { LRUCache } from 'lru-cache';
import { foldCase } from '../expenses/search-words.ts';

/** A month's payees stand in up to 16 documents, so that each stays small enough to be written with every expense. */
const shelves = 16;

/** Payees come back every month, and to fold their case is what adding them up costs most. */
const known = new LRUCache<string, string>({ max: 10_000, memoMethod: hashed });

/** Which of a month's documents a payee stands in, "0" to "f". */
export const shelfOf = (payee: string): string => known.memo(payee);

/** FNV-1a of the payee, case aside. */
function hashed(payee: string): string {
  let hash = 0x811c9dc5;
  for (const char of foldCase(payee)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return ((hash >>> 0) % shelves).toString(16);
}

/** A payee in the name of a field, where '.' parts a path, '$' begins an operator, ':' ends the payee and NUL the name. */
export const toFieldName = (payee: string): string =>
  payee.replace(/[%.$:\0]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

export const fromFieldName = (name: string): string =>
  !name.includes('%')
    ? name
    : name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
