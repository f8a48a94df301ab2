/**
 * A gateway in a process of its own, which takes as much memory as its parent says: that of a process in which all tests run
 * goes up and down by what they leave behind. To be run with --expose-gc and the resource that is watched. Sends its ports
 * once it serves; is told `{ pieces }` of memory to hold.
 */
import { getHeapStatistics } from 'node:v8';
import { startTestGateway } from './start-test-gateway.ts';
import { withOverload } from './with-overload.ts';

const mib = 1_048_576;
const resources = {
  memory: {
    /** Beyond what malloc ever takes from its heap (32 MiB): what is freed goes back to the system at once. */
    pieceBytes: 200 * mib,
    piece: (bytes: number): object => Buffer.alloc(bytes, 1),
    taken: () => process.memoryUsage.rss(),
    max: (idle: number, pieceBytes: number) => idle + 4 * pieceBytes,
    monitor: (max: number) => `{ name: memory, max_bytes: ${Math.round(max / 1_024)}KiB }`,
  },
  heap: {
    pieceBytes: 80 * mib,
    piece: (bytes: number): object => new Array(bytes / 8).fill(1),
    taken: () => getHeapStatistics().used_heap_size,
    max: () => getHeapStatistics().heap_size_limit,
    monitor: () => '{ name: heap }',
  },
};
const { pieceBytes, piece, taken, max: maxOf, monitor } = resources[process.argv[2] as keyof typeof resources];

const held: object[] = [];
process.on('message', ({ pieces }: { pieces: number }) => {
  while (held.length < pieces) held.push(piece(pieceBytes));
  held.length = pieces;
  globalThis.gc?.();
});

globalThis.gc?.();
const idle = taken();
const max = maxOf(idle, pieceBytes);
const share = (pieces: number) => ((idle + pieces * pieceBytes) / max).toFixed(4);
const gateway = await startTestGateway(withOverload(monitor(max), `{ value: ${share(2.6)}, release: ${share(1.5)} }`));
process.on('disconnect', () => void gateway.close().then(() => process.exit()));
const { port, adminPort } = gateway;
process.send?.({ port, adminPort, value: Number(share(2.6)) });
