import { expect } from 'chai';
import { EventStream, type ServerEvent } from './event-stream.ts';

function eventsOf(...chunks: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const stream = new EventStream((event) => void events.push(event));
  for (const chunk of chunks) stream.push(Buffer.from(chunk));
  return events;
}

describe('a stream of events', () => {
  const text = ': hello\n\ndata: one\n\ndata: two\nid: 2\n\nid: 3\n\nevent: x\n\n';
  const events = [
    { data: 'one', id: undefined },
    { data: 'two', id: '2' },
    { data: '', id: '3' },
  ];

  it('is read whole, comments and unknown fields aside', () => {
    expect(eventsOf(text)).to.deep.equal(events);
  });

  it('is read the same wherever the network cuts it', () => {
    for (let cut = 1; cut < text.length; cut++)
      expect(eventsOf(text.slice(0, cut), text.slice(cut)), `cut at ${cut}`).to.deep.equal(events);
    expect(eventsOf(...text)).to.deep.equal(events);
  });

  it('tells nothing of an event before its end', () => {
    expect(eventsOf('data: one\nid: 1\n')).to.deep.equal([]);
  });

  it('is refused where a line does not end', () => {
    expect(() => eventsOf(`data: ${'a'.repeat(20_000)}`)).to.throw(RangeError);
  });
});
