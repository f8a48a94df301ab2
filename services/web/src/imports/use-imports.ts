import type { CsvMapping, Import, ImportCommit, ImportSummary, ImportUndo } from '@outlay/contracts/import.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { call, get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { followImport } from './follow-import.ts';

/** A large file over a slow line: the gateway's own limit is shorter than a person's patience with a bar that moves. */
const uploadMs = 120_000;

/** A small file is there at once, and a large one soon shows its progress. */
const soon = { prefer: 'wait=2' };

export interface Upload {
  file: File;
  currency: string;
  mapping?: CsvMapping;
}

/** Sends a file. The answer is its preview, or where reading takes longer what is to be followed. */
export function useUpload() {
  const { id } = useLedger();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, currency, mapping }: Upload): Promise<ImportSummary> => {
      const { data } = await call<ImportSummary>('POST', `/ledgers/${id}/imports`, {
        query: { fileName: file.name.slice(0, 200), currency, mapping: mapping && JSON.stringify(mapping) },
        // Without a type of its own: the format is recognised from the content, whatever the device calls it.
        body: new Blob([file], { type: 'application/octet-stream' }),
        headers: soon,
        timeoutMs: uploadMs,
      });
      return data;
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ['ledger', id, 'imports'] }),
  });
}

/** Loads an import with every row. */
export function useLoadRows() {
  const { id } = useLedger();
  return useMutation({
    mutationFn: async (importId: string): Promise<Import> => {
      const path = `/ledgers/${id}/imports/${importId}`;
      const preview: Import = await get(path);
      const rows = [...preview.rows];
      for (let next = preview.nextRow; next !== null; ) {
        const page: Import = await get(path, { query: { fromRow: next } });
        rows.push(...page.rows);
        next = page.nextRow;
      }
      return { ...preview, rows, nextRow: null };
    },
  });
}

/** Begins a commit; follow it for its end. */
export function useCommit() {
  const { id } = useLedger();
  return useMutation({
    mutationFn: ({ importId, body }: { importId: string; body: ImportCommit }) =>
      call('POST', `/ledgers/${id}/imports/${importId}/commit`, { body, headers: soon, timeoutMs: uploadMs }),
  });
}

/** Begins to take an import back; follow it for its end. */
export function useUndo() {
  const { id } = useLedger();
  return useMutation({
    mutationFn: async ({ importId, body }: { importId: string; body: ImportUndo }) =>
      (await call<ImportSummary>('POST', `/ledgers/${id}/imports/${importId}/undo`, { body, headers: soon })).data,
  });
}

/** Stops an import; what it has written so far is taken back. */
export function useCancel() {
  const { id } = useLedger();
  return useMutation({
    mutationFn: (importId: string) =>
      call('POST', `/ledgers/${id}/imports/${importId}/cancel`, { headers: { prefer: 'respond-async' } }),
  });
}

/**
 * The state of an import as it changes; once no work is under way, what depends on the ledger's expenses is read anew. What of
 * it is not on the screen is forgotten: no page may begin with hundreds of expenses that are gone, or without those that came.
 */
export function useFollowed(importId: string, onSettled: (state: ImportSummary) => void) {
  const { id } = useLedger();
  const client = useQueryClient();
  const [state, setState] = useState<ImportSummary>();
  const [error, setError] = useState<unknown>(null);
  const settle = useEffectEvent((settled: ImportSummary) => {
    client.removeQueries({ queryKey: ['ledger', id], type: 'inactive' });
    void client.invalidateQueries({ queryKey: ['ledger', id] });
    onSettled(settled);
  });
  useEffect(() => {
    const gone = new AbortController();
    followImport(`/ledgers/${id}/imports/${importId}`, setState, gone.signal).then(settle, (failure: unknown) => {
      if (!gone.signal.aborted) setError(failure);
    });
    return () => gone.abort();
  }, [id, importId]);
  return { state, error };
}

/** Forgets a preview; where that fails it forgets itself in time. */
export function useDiscard() {
  const { id } = useLedger();
  return useMutation({ mutationFn: (importId: string) => call('DELETE', `/ledgers/${id}/imports/${importId}`) });
}

/** The newest past imports. */
export function usePastImports() {
  const { id } = useLedger();
  return useQuery({
    queryKey: ['ledger', id, 'imports'],
    queryFn: async ({ signal }) =>
      (await get<{ items: ImportSummary[] }>(`/ledgers/${id}/imports`, { query: { limit: 10 }, signal })).items,
  });
}
