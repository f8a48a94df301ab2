import { Readable } from 'node:stream';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import type { AuthParts } from '../auth-parts.ts';
import type { SessionEnd } from './session-ends.ts';

export const tellSessionEnds = ({ sessionEnds }: AuthParts): Route =>
  route({
    method: 'get',
    path: '/internal/v1/session-ends',
    summary: 'Sessions as they end: logged out, reused, of an old password',
    description:
      'Server-sent events: `data` is the id of a session, `id` a position to go on from by Last-Event-ID, at any ' +
      'replica. Without one, or where it is lost, it begins with what ended while an access token lives. A session may be ' +
      'told twice. An event without data is a sign of life, one a second.',
    tag: 'Internal',
    user: 'none',
    headers: { 'last-event-id': 'Position of the last event that was read' },
    success: { 200: null },
    async handle({ ctx }) {
      const position = /^[0-9A-Fa-f]{1,1000}$/.exec(ctx.get('last-event-id'))?.[0];
      const events = eventsOf(sessionEnds.follow(position));
      await events.next(); // it has begun, or fails here, where there can still be a problem
      const body = Readable.from(events);
      body.unshift(': all that ended lately, then each as it ends\n\n'); // so that the head leaves at once
      return reply(200, body, { 'content-type': 'text/event-stream' });
    },
  });

async function* eventsOf(ends: AsyncIterable<SessionEnd>): AsyncGenerator<string> {
  for await (const { sessionId, position } of ends)
    yield `${sessionId ? `data: ${sessionId}\n` : ''}${position ? `id: ${position}\n` : ''}\n`;
}
