import { calendarDate, directed, type Money, money, quoted, type Reading, toRow } from './booking.ts';
import type { ReadRow } from './statement.ts';

/** An element with what stands inside; `currency` is the attribute Ccy. */
export type CamtNode = { name: string; text: string; currency: string; children: CamtNode[] };

type Party = { name: string | undefined; account: string | undefined };

/** What is kept of one TxDtls, so that a batch of thousands stays small. */
export type TransactionDetails = {
  amount: CamtNode | undefined;
  direction: string | undefined;
  debtor: Party;
  creditor: Party;
  note: string | undefined;
  bankReference: string | undefined;
  endToEndId: string | undefined;
};

/** Facts of the statement around an entry. */
type Surroundings = { line: number; account: string; currency: string };

export function transactionDetails(node: CamtNode): TransactionDetails {
  const party = (role: string): Party => ({
    name: textOf(node, 'RltdPties', role, 'Nm') ?? textOf(node, 'RltdPties', role, 'Pty', 'Nm'),
    account:
      textOf(node, 'RltdPties', `${role}Acct`, 'Id', 'IBAN') ??
      textOf(node, 'RltdPties', `${role}Acct`, 'Id', 'Othr', 'Id'),
  });
  const remittance = nodeAt(node, 'RmtInf')?.children.filter(({ name }) => name === 'Ustrd') ?? [];
  return {
    amount: nodeAt(node, 'Amt') ?? nodeAt(node, 'AmtDtls', 'TxAmt', 'Amt'),
    direction: textOf(node, 'CdtDbtInd'),
    debtor: party('Dbtr'),
    creditor: party('Cdtr'),
    note:
      remittance.map(({ text }) => text).join(' ') ||
      textOf(node, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref') ||
      textOf(node, 'AddtlTxInf'),
    bankReference: reference(textOf(node, 'Refs', 'AcctSvcrRef')),
    endToEndId: reference(textOf(node, 'Refs', 'EndToEndId')),
  };
}

/** The rows of an entry: one per transaction where a batch's transactions add up to it, else the entry itself. */
export function entryRows(entry: CamtNode, details: TransactionDetails[], around: Surroundings): ReadRow[] {
  const { line, account } = around;
  const status = textOf(entry, 'Sts') ?? textOf(entry, 'Sts', 'Cd') ?? 'BOOK';
  if (status !== 'BOOK')
    return [{ ok: false, line, reason: `The entry has the status ${quoted(status)}: only booked ones (BOOK) count.` }];
  const date = entryDate(textOf(entry, 'BookgDt', 'Dt') ?? textOf(entry, 'BookgDt', 'DtTm') ?? valueDate(entry));
  const direction = textOf(entry, 'CdtDbtInd');
  const whole = signedAmount(nodeAt(entry, 'Amt'), direction, around.currency);
  const isReversal = /^(true|1)$/.test(textOf(entry, 'RvslInd') ?? '');
  const entryReference = reference(textOf(entry, 'AcctSvcrRef'));
  const entryNote = textOf(entry, 'AddtlNtryInf');

  const parts = details.map((each) => signedAmount(each.amount, each.direction ?? direction, around.currency));
  if (details.length > 1 && addUp(parts, whole)) {
    return details.map((each, index) =>
      toRow({
        line,
        date,
        account,
        isReversal,
        money: parts[index]!,
        payee: otherParty(each, parts[index]!, isReversal, account),
        note: each.note ?? entryNote,
        bankId: numbered(each.bankReference ?? entryReference, index) ?? endToEnd(each, date, parts[index]!),
      }),
    );
  }
  const payees = new Set(details.map((each) => otherParty(each, whole, isReversal, account)));
  const only = details.length === 1 ? details[0] : undefined;
  return [
    toRow({
      line,
      date,
      account,
      isReversal,
      money: whole,
      payee: payees.size === 1 ? [...payees][0] : undefined,
      note: only?.note ?? entryNote ?? details.flatMap(({ note }) => note ?? []).join(' '),
      bankId: only?.bankReference ?? entryReference ?? (only && endToEnd(only, date, whole)),
    }),
  ];
}

const valueDate = (entry: CamtNode) => textOf(entry, 'ValDt', 'Dt') ?? textOf(entry, 'ValDt', 'DtTm');

/** The day as written, whatever the time zone behind it. */
function entryDate(text: string | undefined): Reading<string> {
  if (!text) return { wrong: 'BookgDt is missing, and ValDt too: a day like 2026-01-31 is required.' };
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (!match) return { wrong: `BookgDt ${quoted(text)} is no date: a day like 2026-01-31 is required.` };
  return calendarDate(Number(match[1]), Number(match[2]), Number(match[3]), 'BookgDt', text);
}

function signedAmount(amount: CamtNode | undefined, direction: string | undefined, currency: string): Reading<Money> {
  if (!amount?.text) return { wrong: 'Amt is missing: an amount like 12.50 is required.' };
  if (direction !== 'CRDT' && direction !== 'DBIT') return { wrong: 'CdtDbtInd must be CRDT or DBIT.' };
  const sign = direction === 'DBIT' ? -1 : 1;
  return directed(money(amount.text, amount.currency || currency, 'Amt'), (minor) => sign * minor);
}

function addUp(parts: Reading<Money>[], whole: Reading<Money>): boolean {
  if ('wrong' in whole) return false;
  let sum = 0;
  for (const part of parts) {
    if ('wrong' in part || part.value.currency !== whole.value.currency) return false;
    sum += part.value.minor;
  }
  return sum === whole.value.minor;
}

/**
 * Who paid what came in, or was paid what went out; the other way round where it is taken back, because CdtDbtInd then
 * tells the direction of the reversal (ISO 20022, RvslInd).
 */
function otherParty(details: TransactionDetails, amount: Reading<Money>, isReversal: boolean, account: string) {
  const isExpense = 'value' in amount && amount.value.minor < 0;
  const [likely, other] =
    isExpense === isReversal ? [details.debtor, details.creditor] : [details.creditor, details.debtor];
  // Some banks name the other party in the wrong place; it is them if the account is not ours.
  return likely.name ?? (other.account && other.account !== account ? other.name : undefined);
}

/** Transactions of one batch may share the entry's reference. */
const numbered = (id: string | undefined, index: number) => id && `${id}/${index + 1}`;

/**
 * The payer's reference is no id by itself: standing orders repeat it every month and returns quote the original's. With
 * day and amount it is.
 */
function endToEnd({ endToEndId }: TransactionDetails, date: Reading<string>, amount: Reading<Money>) {
  if (!endToEndId || 'wrong' in date || 'wrong' in amount) return undefined;
  return `${endToEndId}@${date.value}:${amount.value.minor}`;
}

/** Banks write these where there is no reference. */
const reference = (text: string | undefined) =>
  text && /^(NOTPROVIDED|NONREF|NONE|0+)$/i.test(text) ? undefined : text;

function nodeAt(node: CamtNode, ...path: string[]): CamtNode | undefined {
  let found: CamtNode | undefined = node;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}

const textOf = (node: CamtNode, ...path: string[]): string | undefined => nodeAt(node, ...path)?.text || undefined;
