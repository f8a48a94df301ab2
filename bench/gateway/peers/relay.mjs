/**
 * The floor of any proxy that stands on node:net: bytes go from one socket to another as they come, unread, with one connection to
 * the service for each of a client.
 */
import { connect, createServer } from 'node:net';

const service = { port: Number(new URL(process.env.UPSTREAM).port), host: '127.0.0.1', noDelay: true };

createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
  const upstream = connect(service, () => client.resume());
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  client
    .on('data', (bytes) => upstream.write(bytes))
    .on('error', end)
    .on('close', end);
  upstream
    .on('data', (bytes) => client.write(bytes))
    .on('error', end)
    .on('close', end);
}).listen(Number(process.env.PORT), '127.0.0.1');
