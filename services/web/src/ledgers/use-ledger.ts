import { today } from '@outlay/contracts/calendar.ts';
import type { Ledger } from '@outlay/contracts/ledger.ts';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { get } from '../api/api.ts';

export const ledgersKey = ['ledgers'] as const;

export const useLedgers = () =>
  useQuery({
    queryKey: ledgersKey,
    queryFn: async ({ signal }) => (await get<{ items: Ledger[] }>('/ledgers', { signal })).items,
    staleTime: 5 * 60_000,
  });

/** The ledger whose pages are in view. */
export const LedgerContext = createContext<Ledger | null>(null);

export function useLedger(): Ledger {
  const ledger = useContext(LedgerContext);
  if (!ledger) throw new Error('useLedger needs a LedgerContext');
  return ledger;
}

/** Today where the ledger is kept, not where the browser is. */
export const useToday = (): string => today(useLedger().timeZone);

/** The default ledger has the short addresses (/expenses), any other /ledgers/{id}/expenses. */
export const ledgerBase = (ledger: Ledger): string => (ledger.isDefault ? '' : `/ledgers/${ledger.id}`);

const lastKey = 'outlay-ledger';
export const rememberLedger = (id: string): void => localStorage.setItem(lastKey, id);
export const rememberedLedger = (): string | null => localStorage.getItem(lastKey);
