import { setTimeout } from 'node:timers/promises';
import type { Expense } from '@outlay/contracts/expense.ts';
import type { Import } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import type { Answer } from '../../../../test/support/request.ts';
import { type Person, startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';

/** A person who imports into the first ledger. */
export interface Importer extends Omit<Person, 'record'> {
  /** @param file text goes as UTF-8 */
  upload(file: string | Uint8Array, query?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  read(id: string, query?: string): Promise<Answer>;
  commit(id: string, choice?: object, headers?: Record<string, string>): Promise<Answer>;
  cancel(id: string, headers?: Record<string, string>): Promise<Answer>;
  undo(id: string, choice?: object, headers?: Record<string, string>): Promise<Answer>;
  /** The import once no work is under way. */
  settled(id: string): Promise<Import>;
  /** Uploads a file and commits what is new in it. */
  bring(file: string | Uint8Array): Promise<Answer>;
  record(expense: Partial<Expense>): Promise<Expense>;
  change(expense: Expense | undefined, changes: Partial<Expense>): Promise<Answer>;
  /** All of the ledger, by date. */
  expenses(): Promise<Expense[]>;
}

export interface ImportApi extends Omit<TestExpense, 'person'> {
  person(): Importer;
}

export async function openImportApi(options: Parameters<typeof startTestExpense>[0] = {}): Promise<ImportApi> {
  const service = await startTestExpense(options);
  return { ...service, person: () => importer(service.person()) };
}

function importer(person: Person): Importer {
  const { ledger } = person;
  const upload: Importer['upload'] = (file, query = {}, headers = {}) =>
    ledger.post(`/imports?${new URLSearchParams(query)}`, file, {
      'content-type': 'application/octet-stream',
      prefer: 'wait=30',
      ...headers,
    });
  const commit: Importer['commit'] = (id, choice = {}, headers = { prefer: 'wait=30' }) =>
    ledger.post(`/imports/${id}/commit`, choice, headers);
  return {
    ...person,
    upload,
    commit,
    cancel: (id, headers = { prefer: 'wait=30' }) => ledger.post(`/imports/${id}/cancel`, undefined, headers),
    undo: (id, choice = {}, headers = { prefer: 'wait=30' }) => ledger.post(`/imports/${id}/undo`, choice, headers),
    async settled(id) {
      for (;;) {
        const { body } = await ledger.get(`/imports/${id}`);
        if (!isBeingWorkedOn(body.status)) return body;
        await setTimeout(20);
      }
    },
    read: (id, query = '') => ledger.get(`/imports/${id}${query}`),
    bring: async (file) => commit(succeeded(await upload(file)).body.id),
    record: async (expense) => succeeded(await person.record({ ...expense })).body,
    change: async (expense, changes) => succeeded(await ledger.patch(`/expenses/${expense?.id}`, changes)),
    async expenses() {
      const found: Expense[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await ledger.get(`/expenses?limit=200&sort=date${cursor}`);
        found.push(...body.items);
        if (body.next === null) return found;
        cursor = `&cursor=${body.next}`;
      }
    },
  };
}

function succeeded(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}

/** A CSV file as a bank writes it. */
export const csv = (...rows: string[]): string => `${['Date,Amount,Payee,Note', ...rows].join('\n')}\n`;
