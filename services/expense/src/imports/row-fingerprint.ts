import { hash } from 'node:crypto';
import type { Booking } from '@outlay/statements/statement.ts';

export interface Place {
  row: number;
  line: number;
}

/** By what a row of a file is known again, whatever becomes of its expense. */
export interface Fingerprint {
  /** Equal for the same booking, read again from the same or from an overlapping file. */
  key: string;
  /** An earlier row of this file with the same bank's id: then this row is no booking of its own. */
  earlier: Place | null;
}

/**
 * Tells the rows of one file apart, in their order.
 *
 * A booking with a bank's id is that id, within its account. The amount belongs to it as well: some banks give one id to
 * several bookings ("1", "NONREF"), and money must not vanish for that.
 *
 * Without an id it is all that the bank says of it (account, date, amount, kind, payee, note) and the how-manieth of its
 * equals it is in this file. So two equal coffees on one day are two expenses, and the same file again, or one that
 * overlaps it, has the same first and second coffee.
 */
export function createFingerprints(): (place: Place, booking: Booking) => Fingerprint {
  // The first row of a bank's id; the number of equals so far of what has none. Some 10 MB for 100,000 rows.
  const firstRows = new Map<string, Place>();
  const equals = new Map<string, number>();
  return (place, booking) => {
    const { account, bankId, currency, amount, kind, date, payee, note } = booking;
    if (bankId !== null) {
      const key = digest(['id', account, bankId, currency, amount]);
      const earlier = firstRows.get(key) ?? null;
      if (!earlier) firstRows.set(key, { row: place.row, line: place.line });
      return { key, earlier };
    }
    const direction = kind === 'expense' ? 'expense' : 'income';
    const content = digest(['row', account, currency, amount, direction, date, payee, note]);
    const before = equals.get(content) ?? 0;
    equals.set(content, before + 1);
    return { key: before === 0 ? content : digest([content, before]), earlier: null };
  };
}

/** 128 bits of SHA-256: among 10⁹ rows the chance of one collision is below 10⁻²⁰. */
const digest = (parts: unknown[]): string => hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
