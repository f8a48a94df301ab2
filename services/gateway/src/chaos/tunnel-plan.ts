import type { Expected } from './chaos-service.ts';
import { Random } from './random.ts';
import { createServicePlan, markField, type ServicePlan } from './service-plan.ts';
import { TunnelService } from './tunnel-service.ts';

/** One connection that is to become a WebSocket's: what the client says the service says back, until one of them ends it. */
export interface TunnelPlan extends Expected {
  readonly hasKey: false;
  readonly fault: undefined;
  readonly head: Buffer;
  /** All that the client says. */
  readonly bytes: Buffer;
  /** So much of it leaves with the head, before the service has agreed. */
  readonly earlyBytes: number;
  /** The rest, as it leaves, with pauses in between. */
  readonly pieces: readonly Buffer[];
  readonly pauseMs: number;
  /** What the service says at once, right behind its 101. */
  readonly greeting: Buffer;
  readonly ending: Ending;
  /** Pauses between reads, so that buffers fill. */
  readonly slowReader: 'client' | 'service' | undefined;
  /** The service agrees, and both end it in good order: every byte is due. */
  readonly isCalm: boolean;
  /** Those that have agreed, by the mark of their try. */
  readonly services: Map<string, TunnelService>;
}

const ways = ['ends', 'ends', 'ends', 'leaves', 'resets', 'stalls'] as const;

/** Who is the first to end it; the client's own way is to send all it has, and then its end. */
export interface Ending {
  readonly by: 'client' | 'service';
  /** `ends`: its half, in order, and hears the other out. `leaves`: closes without hearing more. */
  readonly how: (typeof ways)[number];
  /** At the earliest when it has heard so many bytes. */
  readonly after: number;
}

export function createTunnel(seed: number, number: number): TunnelPlan {
  const random = new Random(seed * 7_000_003 + number);
  const id = `${seed}-${number}-tunnel`;
  const bytes = sayings(`/tunnel/${id}`, sizeOf(random));
  const greeting = sayings('/greeting', random.pick([0, 10, 3_000, 70_000]));
  // More than a connection keeps of what comes early, at times.
  const earlyBytes = random.chance(40) ? random.int(0, bytes.length) : 0;
  const by = random.pick(['client', 'service'] as const);
  const after = random.int(0, by === 'client' ? greeting.length + bytes.length : bytes.length);
  const ending: Ending = { by, how: random.pick(ways), after };
  const agrees = random.chance(75);
  const seedOfTries = random.int(0, 2 ** 31);
  const plan: TunnelPlan = {
    id,
    method: 'GET',
    bodyBytes: 0,
    hasKey: false,
    fault: undefined,
    head: Buffer.from(
      `GET /tunnel/${id} HTTP/1.1\r\nHost: outlay.example\r\nX-Request-Id: ${id}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
    bytes,
    earlyBytes,
    pieces: random.pieces(bytes.subarray(earlyBytes), 8),
    pauseMs: random.chance(70) ? random.int(0, 3) : random.int(10, 40),
    greeting,
    ending,
    slowReader: random.pick(['client', 'service', undefined, undefined, undefined]),
    isCalm: agrees && ending.how === 'ends',
    services: new Map(),
    planOf(number) {
      const ofTry = new Random(seedOfTries + number);
      const mark = `${id}.${number}`;
      return agrees ? agreeing(ofTry, mark, plan) : createServicePlan(ofTry, mark, 'GET', false);
    },
    arrivals: [],
  };
  return plan;
}

const sizeOf = (random: Random): number =>
  random.weighted([
    [6, random.int(1, 300)],
    [4, random.int(5_000, 90_000)],
    [1, random.int(300_000, 1_000_000)],
  ]);

/** Bytes none of which can be lost, doubled or moved unseen; and wherever they were taken for HTTP, they would be requests. */
function sayings(path: string, size: number): Buffer {
  let text = '';
  for (let i = 0; text.length < size; i++) text += `GET ${path}/${i} HTTP/1.1\r\nHost: nobody\r\n\r\n`;
  return Buffer.from(text.slice(0, size), 'latin1');
}

function agreeing(random: Random, mark: string, plan: TunnelPlan): ServicePlan {
  const head = `HTTP/1.1 101 Switching Protocols\r\n${markField}: ${mark}\r\nServer: chaos\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n`;
  const cut = random.chance(70) ? 0 : random.int(1, head.length - 1);
  return {
    name: 'agrees to a tunnel',
    steps: [
      { do: 'read' },
      ...(cut > 0 ? [{ do: 'send', bytes: Buffer.from(head.slice(0, cut)) } as const] : []),
      { do: 'wait', ms: random.chance(70) ? 0 : random.int(1, 50) },
      {
        do: 'hand over',
        to(socket) {
          socket.write(Buffer.concat([Buffer.from(head.slice(cut)), plan.greeting]));
          plan.services.set(mark, new TunnelService(socket, plan));
        },
      },
    ],
    answer: { status: 101, bytes: 0 },
    isLast: true,
  };
}
