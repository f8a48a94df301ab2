/**
 * A gateway in a process of its own, which takes as much memory as its parent says: that of a process in which all tests run
 * goes up and down by what they leave behind. To be run with --expose-gc. Sends its ports once it serves; is told `{ pieces }` of memory to hold.
 */
import { startTestGateway } from './start-test-gateway.ts';
import { withOverload } from './with-overload.ts';

const mib = 1_048_576;
/** Beyond what malloc ever takes from its heap (32 MiB): what is freed goes back to the system at once. */
const pieceBytes = 200 * mib;

const held: Buffer[] = [];
process.on('message', ({ pieces }: { pieces: number }) => {
  while (held.length < pieces) held.push(Buffer.alloc(pieceBytes, 1));
  held.length = pieces;
  globalThis.gc?.();
});

globalThis.gc?.();
const idle = process.memoryUsage.rss();
const max = idle + 800 * mib;
const share = (bytes: number) => ((idle + bytes) / max).toFixed(4);
const gateway = await startTestGateway(
  withOverload(
    `{ name: memory, max_bytes: ${Math.round(max / 1_024)}KiB }`,
    `{ value: ${share(520 * mib)}, release: ${share(300 * mib)} }`,
  ),
);
process.on('disconnect', () => void gateway.close().then(() => process.exit()));
const { port, adminPort } = gateway;
process.send?.({ port, adminPort, value: Number(share(520 * mib)) });
