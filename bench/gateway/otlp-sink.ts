import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collector that takes what it gets: sampled traces cost the gateway what they would cost it anywhere. */
export function startOtlpSink(): Promise<{ readonly url: string; readonly batches: () => number; close(): void }> {
  let batches = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      batches++;
      response.end('{}');
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}`,
        batches: () => batches,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}
