import type { ImportSummary } from '@outlay/contracts/import.ts';

/** The whole events of a text, and what has begun of the next. */
export function eventsIn(text: string): { states: ImportSummary[]; rest: string } {
  const events = text.split('\n\n');
  const rest = events.pop() ?? '';
  const states = events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []).map((data) => JSON.parse(data));
  return { states, rest };
}
