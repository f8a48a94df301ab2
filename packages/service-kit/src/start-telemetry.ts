import { basename, dirname } from 'node:path';
import type { Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KoaInstrumentation, KoaLayerType } from '@opentelemetry/instrumentation-koa';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** services/expense/src/main.ts → "expense" */
const serviceName = () => process.env.OTEL_SERVICE_NAME ?? basename(dirname(dirname(process.argv[1] ?? 'unknown')));

/** What a person typed (search words) and who they are (address, browser) is not the trace's business. */
const impersonal = (span: Span) => {
  for (const name of [
    'url.query',
    'client.address',
    'network.peer.address',
    'network.peer.port',
    'user_agent.original',
  ])
    span.setAttribute(name, '');
};

/** Starts the SDK: spans of HTTP in and out, Koa routes and MongoDB commands, sent in batches by OTLP. */
export function startTelemetry(): void {
  const sdk = new NodeSDK({
    serviceName: serviceName(),
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [], // metrics are Prometheus'
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        // Probes and metrics are not requests of a person.
        ignoreIncomingRequestHook: (request) => /^\/(healthz|readyz|metrics)/.test(request.url ?? ''),
        // Calls between services go through undici; what else leaves is the exporter's own.
        disableOutgoingRequestInstrumentation: true,
        applyCustomAttributesOnSpan: impersonal,
      }),
      new KoaInstrumentation({ ignoreLayersType: [KoaLayerType.MIDDLEWARE] }),
      new UndiciInstrumentation({
        responseHook: (span) => impersonal(span),
      }),
      new MongoDBInstrumentation({ enhancedDatabaseReporting: false }),
    ],
  });
  sdk.start();
  // After the service's own handlers, which stop it: the last spans leave while the process lingers for its exit.
  process.once('beforeExit', () => void sdk.shutdown());
}
