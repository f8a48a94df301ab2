import { expect } from 'chai';
import { eventsIn } from './events-in.ts';

describe('The events of an import', () => {
  it('are read however the network cuts them, signs of life aside', () => {
    const text =
      'retry: 1000\n\nid: 1\nevent: progress\ndata: {"id":"a"}\n\n: still here\n\nid: 2\nevent: settled\ndata: {"id":"b"}\n\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const first = eventsIn(text.slice(0, cut));
      const second = eventsIn(first.rest + text.slice(cut));
      expect([...first.states, ...second.states], `cut at ${cut}`).to.deep.equal([{ id: 'a' }, { id: 'b' }]);
      expect(second.rest).to.equal('');
    }
  });
});
