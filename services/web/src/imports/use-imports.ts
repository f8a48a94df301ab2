import type { CsvMapping, Import, ImportCommit, ImportResult, ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get } from '../api/api.ts';
import { useLedger } from '../ledgers/use-ledger.ts';

/** A large file over a slow line: the gateway's own limit is shorter than a person's patience with a bar that moves. */
const uploadMs = 120_000;

export interface Upload {
  file: File;
  currency: string;
  mapping?: CsvMapping;
}

/** Sends a file and answers its preview with every row. */
export function usePreview() {
  const { id } = useLedger();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, currency, mapping }: Upload): Promise<Import> => {
      const { data } = await call<Import>('POST', `/ledgers/${id}/imports`, {
        query: { fileName: file.name.slice(0, 200), currency, mapping: mapping && JSON.stringify(mapping) },
        // Without a type of its own: the format is recognised from the content, whatever the device calls it.
        body: new Blob([file], { type: 'application/octet-stream' }),
        timeoutMs: uploadMs,
      });
      let preview = data;
      while (isBeingWorkedOn(preview.status)) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        preview = await get(`/ledgers/${id}/imports/${data.id}`);
      }
      const rows = [...preview.rows];
      for (let next = preview.nextRow; next !== null; ) {
        const page: Import = await get(`/ledgers/${id}/imports/${data.id}`, { query: { fromRow: next } });
        rows.push(...page.rows);
        next = page.nextRow;
      }
      return { ...preview, rows, nextRow: null };
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ['ledger', id, 'imports'] }),
  });
}

export function useCommit() {
  const { id } = useLedger();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ importId, body }: { importId: string; body: ImportCommit }) =>
      (
        await call<ImportResult>('POST', `/ledgers/${id}/imports/${importId}/commit`, {
          body,
          headers: { prefer: 'wait=30' },
          timeoutMs: uploadMs,
        })
      ).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ['ledger', id] }),
  });
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
