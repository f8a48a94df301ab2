// Plain: it forwards, and does nothing else.
import gateway from 'fast-gateway';

const routes = [{ prefix: '/api', prefixRewrite: '/api', target: process.env.UPSTREAM }];
await gateway({ routes }).start(Number(process.env.PORT), '127.0.0.1');
