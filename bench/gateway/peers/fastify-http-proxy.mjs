// Plain: it forwards, and does nothing else.
import proxy from '@fastify/http-proxy';
import fastify from 'fastify';

const app = fastify({ bodyLimit: 1_048_576 });
app.register(proxy, { upstream: process.env.UPSTREAM, undici: { connections: 256 } });
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
