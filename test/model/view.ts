import type { Category } from '@outlay/contracts/ledger.ts';
import { expect } from 'chai';
import type { Api } from '../support/request.ts';
import { persist } from './client.ts';
import type { Entry } from './ledger-model.ts';
import { conversionOf, inOneCurrency, type Lens, type Period, seenThrough } from './lens.ts';

type Body = ReturnType<JSON['parse']>;

/** A ledger as figures see it through a lens, and the way to ask for them. */
export interface View {
  readonly lens: Lens;
  readonly period: Period;
  readonly categories: readonly Category[];
  /** In every currency. */
  readonly seen: readonly Entry[];
  /** In one, as a figure has them that tells this apart. */
  by(keyOf: (entry: Entry) => unknown): Entry[];
  /**
   * A figure's answer. What it says of its conversion is compared.
   * @param how beside the lens, or instead of a part of it; the period is asked for where it says nothing of one
   * @param covered the periods that it is made of, where it is more than this one
   */
  ask(name: string, how?: Record<string, string>, covered?: (body: Body) => readonly Period[]): Promise<Body>;
}

export function openView(
  api: Api,
  entries: readonly Entry[],
  categories: readonly Category[],
  lens: Lens,
  period: Period,
): View {
  const seen = seenThrough(lens, entries, categories);
  return {
    lens,
    period,
    categories,
    seen,
    by: (keyOf) => inOneCurrency(lens, seen, keyOf),
    async ask(name, how = {}, covered = () => [period]) {
      const query = new URLSearchParams({ ...lens, ...how });
      const path = `/api/v1/ledgers/default/analytics/${name}?${query}`;
      const { status, text, body } = await persist(() => api.get(path));
      expect(status, `${path}: ${text}`).to.equal(200);
      expect(body.conversion, `conversion of ${path}`).to.deep.equal(conversionOf(lens, seen, covered(body)));
      return body;
    },
  };
}
