import type { ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { get } from '../api/api.ts';
import { accessToken } from '../api/session.ts';
import { eventsIn } from './events-in.ts';

const pauseMs = 1_000;

/**
 * Follows an import until no work is under way. Its events tell each step; where the stream breaks off (a restart, a sleeping
 * laptop, the end of a token) the state is read anew and followed again.
 */
export async function followImport(
  path: string,
  onState: (state: ImportSummary) => void,
  signal: AbortSignal,
): Promise<ImportSummary> {
  for (;;) {
    const state = await get<ImportSummary>(path, { query: { limit: 0 }, signal });
    onState(state);
    if (!isBeingWorkedOn(state.status)) return state;
    await readEvents(`/api/v1${path}/events`, onState, signal).catch(() => undefined);
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Not EventSource, which cannot send the token. */
async function readEvents(url: string, onState: (state: ImportSummary) => void, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${await accessToken()}`, accept: 'text/event-stream' };
  const { ok, body } = await fetch(url, { headers, signal });
  if (!ok || !body) throw new Error('no stream');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const { states, rest: open } = eventsIn(rest + piece.value);
    rest = open;
    for (const state of states) onState(state);
    if (states.some(({ status }) => !isBeingWorkedOn(status))) return void reader.cancel();
  }
}
