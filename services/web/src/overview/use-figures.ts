import type { CategoryBreakdown, Summary, Trend } from '@outlay/contracts/analytics.ts';
import type { Anomalies } from '@outlay/contracts/anomalies.ts';
import type { Forecast } from '@outlay/contracts/forecast.ts';
import type { PayeeBreakdown } from '@outlay/contracts/payees.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';

interface Period {
  from: string;
  to: string;
}

function useFigures<T>(name: string, query: Record<string, string>, isOn = true) {
  const { id } = useLedger();
  return useQuery({
    queryKey: ['ledger', id, 'analytics', name, query],
    queryFn: ({ signal }) => get<T>(`/ledgers/${id}/analytics/${name}`, { query, signal }),
    enabled: isOn,
    // The month before stays, dimmed, while the next one comes: no jump, no flicker.
    placeholderData: keepPreviousData,
  });
}

export const useSummary = (period: Period, isOn = true) => useFigures<Summary>('summary', { ...period }, isOn);
export const useTrend = (period: Period) => useFigures<Trend>('trend', { ...period, interval: 'month' });
export const useBreakdown = (period: Period) => useFigures<CategoryBreakdown>('categories', { ...period });
export const usePayees = (period: Period) => useFigures<PayeeBreakdown>('payees', { ...period, limit: '8' });
export const useAnomalies = (period: Period) => useFigures<Anomalies>('anomalies', { ...period });
export const useForecast = (isOn: boolean) => useFigures<Forecast>('forecast', {}, isOn);
