// A small service for the tests of tracing: it calls itself over HTTP and asks a real database.
import { createRequire } from 'node:module';
import { readConfig, serviceSettings } from '@outlay/service-kit/config.ts';
import { createApp } from '@outlay/service-kit/create-app.ts';
import { createLog } from '@outlay/service-kit/log.ts';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { connectMongo } from '@outlay/service-kit/mongo.ts';
import { Unauthenticated } from '@outlay/service-kit/problem.ts';
import { reply, route } from '@outlay/service-kit/route.ts';
import { run } from '@outlay/service-kit/run.ts';
import { serve } from '@outlay/service-kit/serve.ts';
import { annotate } from '@outlay/service-kit/trace.ts';
import { z } from 'zod';

const open = { summary: 'A route of the test', tag: 'test', user: 'none' } as const;
const params = z.strictObject({ payee: z.string() });

await run(async () => {
  const config = readConfig({ ...serviceSettings({ port: 0, adminPort: 0 }), MONGODB_URI: z.string() }, process.env);
  const log = createLog({ service: 'traced', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const metrics = createMetrics('traced');
  const mongo = await connectMongo({ uri: config.MONGODB_URI, appName: 'traced', registry: metrics.registry });
  const payees = mongo.collection<{ _id: string; seen: number }>('payees');

  const routes = [
    route({
      ...open,
      method: 'get',
      path: '/relay/{payee}',
      params,
      success: { 200: null },
      async handle({ params, ctx }) {
        annotate({ 'outlay.ledger': 'a1b2' });
        const answer = await fetch(
          `http://127.0.0.1:${ctx.req.socket.localPort}/payees/${params.payee}?q=${params.payee}`,
        );
        return reply(answer.status, await answer.json());
      },
    }),
    route({
      ...open,
      method: 'get',
      path: '/payees/{payee}',
      params,
      success: { 200: null },
      async handle({ params }) {
        const found = await payees.findOne({ _id: params.payee, seen: { $in: [1, 2, 3] } });
        await payees.updateOne({ _id: params.payee }, { $inc: { [`by.${params.payee}`]: 1 } }, { upsert: true });
        return reply(200, { known: found !== null });
      },
    }),
    route({
      ...open,
      method: 'post',
      path: '/payees/{payee}',
      params,
      success: { 201: null },
      async handle({ params }) {
        await payees.insertOne({ _id: params.payee, seen: 1 });
        return reply(201, {});
      },
    }),
    route({
      ...open,
      method: 'get',
      path: '/loaded',
      success: { 200: null },
      handle: () => reply(200, Object.keys(createRequire(import.meta.url).cache)),
    }),
  ];
  const user = async () => {
    throw new Unauthenticated('There are no users here.');
  };
  const app = createApp({ routes, authentication: { caller: async () => 'test', user }, log, metrics });
  return serve(app, {
    host: config.HOST,
    port: config.PORT,
    adminPort: config.ADMIN_PORT,
    drainMs: config.DRAIN_MS,
    log,
    metrics,
    onDrained: [() => mongo.close()],
  });
});
