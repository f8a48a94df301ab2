import { setTimeout as delay } from 'node:timers/promises';
import type { Expense } from '@outlay/contracts/expense.ts';
import { formatDecimal } from '@outlay/contracts/minor-units.ts';
import { expect } from 'chai';
import { newId } from '../support/new-id.ts';
import type { Answer } from '../support/request.ts';
import type { BreakableSystem } from './breakable-system.ts';
import type { Drawn, Op } from './histories.ts';
import type { Entry } from './ledger-model.ts';

const ledger = '/api/v1/ledgers/default';
/** A replica or mongod that was killed is back long before. */
export const patienceMs = 45_000;

/** What the clients of a ledger share: the categories, and where the expenses of deleted ones went. */
export interface Shared {
  readonly categories: readonly string[];
  readonly moved: Map<string, string | null>;
  /** Categories of restored expenses: before they were deleted, and when they came back. */
  readonly restored: { from: string | null; to: string | null }[];
}

/** Where what stood under a category has gone, one after the other, the category itself first. */
export function wayOf(category: string | null, { moved }: Shared): (string | null)[] {
  const way = [category];
  for (let last = category; last !== null && moved.has(last); way.push(last)) last = moved.get(last)!;
  return way;
}

/** The answer, and whether one before it may have been lost: then what was asked for may have been done already. */
interface Certain extends Answer {
  readonly isRepeated: boolean;
}

/** Asks again where a connection broke or the service was away. Any answer of 500 is a fault of ours. */
export async function persist(send: () => Promise<Answer>): Promise<Certain> {
  const giveUpAt = Date.now() + patienceMs;
  for (let attempt = 0; ; attempt++) {
    const answer = await send().catch((error: Error) => error);
    const isAway = answer instanceof Error || answer.status === 503;
    if (!isAway) {
      expect(answer.status, answer.text).to.be.below(500);
      return { ...answer, isRepeated: attempt > 0 };
    }
    if (Date.now() > giveUpAt)
      throw new Error(`still away: ${answer instanceof Error ? answer.cause : answer.text}`, { cause: answer });
    await delay(Math.min(200, 10 * 2 ** attempt));
  }
}

/** One client: does one thing after the other, believes what it is answered, and asks again where it is not. */
export class Client {
  readonly #mine = new Map<string, Entry>();
  readonly #deleted = new Map<string, Entry>();
  /** The expenses that each import of ours wrote. */
  readonly #imports: { id: string; expenses: readonly string[] }[] = [];
  readonly #shared: Shared;
  readonly #system: BreakableSystem;
  readonly #number: number;
  readonly #user: string;

  constructor(system: BreakableSystem, user: string, number: number, shared: Shared) {
    this.#system = system;
    this.#user = user;
    this.#number = number;
    this.#shared = shared;
  }

  async play(ops: readonly Op[]): Promise<void> {
    for (const op of ops) await this.#do(op);
  }

  /** What should be there now, by id. */
  entries(): [string, Entry][] {
    return [...this.#mine].map(([id, entry]) => [
      id,
      { ...entry, category: wayOf(entry.category, this.#shared).at(-1)! },
    ]);
  }

  #ask(
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
    replica = this.#number,
  ): Promise<Certain> {
    return persist(() => this.#system.expense(replica % 2, this.#user).send(method, ledger + path, body, headers));
  }

  async #do(op: Op): Promise<void> {
    if (op.do === 'fault') return this.#system.hurt(op.fault);
    if (op.do === 'create') return this.#create(op);
    if (op.do === 'merge categories') return this.#merge(op);
    if (op.do === 'import') return this.#import(op);
    if (op.do === 'undo import') return this.#undoImport(op);
    const ids = [...(op.do === 'restore' ? this.#deleted : this.#mine).keys()];
    const id = ids[op.which % ids.length];
    if (id === undefined) return;
    if (op.do === 'change') await this.#change(id, op);
    else if (op.do === 'delete') await this.#delete(id);
    else await this.#restore(id);
  }

  async #create({ entry, sentTwice }: Op & { do: 'create' }): Promise<void> {
    const wanted = this.#named(entry) as Entry;
    const key = { 'idempotency-key': newId() };
    const replicas = sentTwice ? [0, 1] : [this.#number];
    const answers = await Promise.all(replicas.map((at) => this.#ask('POST', '/expenses', wanted, key, at)));
    if (answers.every((answer) => this.#isRefusedFor(wanted.category, answer))) return;
    // The category may go between two equal requests, where the first was refused and so nothing was remembered.
    const written = answers.filter(({ status }) => status !== 422);
    for (const answer of written) expect(answer.status, answer.text).to.equal(201);
    expect(new Set(written.map(({ body }) => body.id)).size).to.equal(1);
    this.#mine.set(written[0]!.body.id, wanted);
  }

  async #change(id: string, { patch, isStale }: Op & { do: 'change' }): Promise<void> {
    const before = this.#mine.get(id)!;
    const wanted = this.#named(patch);
    const answer = await this.#ask('PATCH', `/expenses/${id}`, wanted, isStale ? { 'if-match': '"v0"' } : {});
    if (isStale) return void expect(answer.status, answer.text).to.equal(412);
    if (!this.#isRefusedFor(wanted.category, answer)) {
      expect(answer.status, answer.text).to.equal(200);
      this.#mine.set(id, { ...before, ...wanted });
    } else if (answer.isRepeated) {
      // It may have been done before the category went: all of it, or nothing.
      const now = entryOf((await this.#ask('GET', `/expenses/${id}`)).body);
      expect([before, { ...before, ...wanted }].map(withoutCategory)).to.deep.include(withoutCategory(now));
      this.#mine.set(id, now);
    }
  }

  async #delete(id: string): Promise<void> {
    const { status, isRepeated } = await this.#ask('DELETE', `/expenses/${id}`);
    expect(status).to.be.oneOf(isRepeated ? [204, 404] : [204]);
    this.#deleted.set(id, this.#mine.get(id)!);
    this.#mine.delete(id);
  }

  async #restore(id: string): Promise<void> {
    const { status, text, body } = await this.#ask('POST', `/expenses/${id}/restore`);
    expect(status, text).to.equal(200);
    const before = this.#deleted.get(id)!;
    const restored = entryOf(body);
    expect(withoutCategory(restored)).to.deep.equal(withoutCategory(before));
    this.#shared.restored.push({ from: before.category, to: restored.category });
    this.#deleted.delete(id);
    this.#mine.set(id, restored);
  }

  /** Each category is one client's to delete, so that it knows what became of it. */
  async #merge({ which, to }: Op & { do: 'merge categories' }): Promise<void> {
    const { categories, moved } = this.#shared;
    const id = categories[which - (which % 3) + this.#number]!;
    const target = to === null ? null : categories[to]!;
    const { status, text, isRepeated } = await this.#ask('DELETE', `/categories/${id}?moveTo=${target ?? 'none'}`);
    if (status === 204 || (status === 404 && isRepeated && !moved.has(id))) moved.set(id, target);
    else expect(status === 404 || (status === 422 && text.includes('moveTo')), text).to.equal(true);
  }

  /** What lies before the history: one file into the empty ledger, sorted into categories by hand. */
  async bring(past: readonly Drawn[]): Promise<void> {
    if (past.length === 0) return;
    const wanted = past.map((row) => this.#named(row) as Entry);
    const file = { 'content-type': 'text/csv' };
    const { id } = await this.#settled(await this.#ask('POST', '/imports', fileOf(wanted), file));
    const categories = Object.fromEntries(wanted.map(({ category }, row) => [row, category]));
    await this.#settled(await this.#ask('POST', `/imports/${id}/commit`, { rows: 'new', categories }), id);
    const { items } = (await this.#ask('GET', `/expenses?limit=${past.length}`)).body;
    expect(items.map(entryOf)).to.have.deep.members(wanted);
    for (const item of items) this.#mine.set(item.id, entryOf(item));
    this.#imports.push({ id, expenses: items.map((item: Expense) => item.id) });
  }

  /** A bank's file of payees that nobody else has: each row becomes an expense. */
  async #import({ rows }: Op & { do: 'import' }): Promise<void> {
    const file = fileOf(rows.map((row) => ({ ...row, kind: 'expense' })));
    const { id } = await this.#settled(await this.#ask('POST', '/imports', file, { 'content-type': 'text/csv' }));
    await this.#settled(await this.#ask('POST', `/imports/${id}/commit`, { rows: 'new' }), id);
    const expenses: string[] = [];
    for (const { payee } of rows) {
      const { items } = (await this.#ask('GET', `/expenses?payee=${payee}`)).body;
      expect(items, `${payee} of ${file}`).to.have.lengthOf(1);
      expenses.push(items[0].id);
    }
    for (const [index, { date, amount, currency, payee }] of rows.entries())
      this.#mine.set(expenses[index]!, { date, amount, currency, payee, kind: 'expense', category: null, tags: [] });
    this.#imports.push({ id, expenses });
  }

  async #undoImport({ which }: Op & { do: 'undo import' }): Promise<void> {
    const [undone] = this.#imports.splice(which % this.#imports.length, 1);
    if (!undone) return;
    await this.#settled(await this.#ask('POST', `/imports/${undone.id}/undo`, { changed: 'remove' }), undone.id);
    for (const id of undone.expenses) {
      this.#mine.delete(id);
      this.#deleted.delete(id); // for good: what an import brought goes with it
    }
  }

  /** The import once no work is under way. */
  async #settled(answer: Certain, id: string = answer.body?.id): Promise<{ id: string; status: string }> {
    expect(answer.status, answer.text).to.be.below(300);
    for (let current = answer; ; current = await this.#ask('GET', `/imports/${id}`)) {
      expect(current.status, current.text).to.be.below(300);
      const { status } = current.body;
      if (['preview', 'committed', 'undone'].includes(status)) return { id, status };
      expect(status).to.be.oneOf(['received', 'reading', 'committing', 'undoing']);
      await delay(20);
    }
  }

  /** A category may go at any moment; then nothing is written under it. */
  #isRefusedFor(category: string | null | undefined, { status, body }: Answer): boolean {
    if (!category || status !== 422) return false;
    expect(body.errors).to.deep.equal([{ pointer: '#/category', detail: 'is no category of this ledger' }]);
    return true;
  }

  #named({ category, ...rest }: Partial<Drawn>): Partial<Entry> {
    if (category === undefined) return rest;
    return { ...rest, category: category === null ? null : this.#shared.categories[category]! };
  }
}

const fileOf = (rows: readonly Pick<Entry, 'date' | 'amount' | 'currency' | 'payee' | 'kind'>[]): string => {
  const lines = rows.map(
    ({ date, amount, currency, payee, kind }) =>
      `${date},${formatDecimal(kind === 'income' ? amount : -amount, currency)},${currency},${payee}`,
  );
  return ['Date,Amount,Currency,Payee', ...lines].join('\n');
};

export const entryOf = ({ date, amount, currency, kind, category, payee, tags }: Expense): Entry => ({
  date,
  amount,
  currency,
  kind,
  category,
  payee,
  tags,
});

const withoutCategory = ({ category: _, ...rest }: Entry): Omit<Entry, 'category'> => rest;
