import { type Figures, figureLinesType } from '@outlay/contracts/internal.ts';
import { expect } from 'chai';
import type { Answer, Api } from '../../../test/support/request.ts';

/** Asks for figures as analytics does; the body is the answer's lines put together, whose end must be right. */
export async function askFigures(api: Api, query: Record<string, string>): Promise<Answer> {
  const path = `/internal/v1/ledgers/default/figures?${new URLSearchParams(query)}`;
  const answer = await api.get(path, { accept: figureLinesType });
  return answer.headers.get('content-type') === figureLinesType
    ? { ...answer, body: putTogether(answer.text) }
    : answer;
}

export function putTogether(text: string): Figures {
  expect(text).to.match(/\n$/);
  const lines = text.slice(0, -1).split('\n');
  const [head, ...parts] = lines.map((line) => JSON.parse(line));
  const end = parts.pop();
  const ranges: Figures['ranges'] = head.ranges.map((range: object) => ({ ...range, buckets: [] }));
  for (const { range, buckets } of parts) ranges[range]!.buckets.push(...buckets);
  expect(end).to.deep.equal({ bucketCount: ranges.reduce((sum, { buckets }) => sum + buckets.length, 0) });
  return { ...head, ranges };
}
