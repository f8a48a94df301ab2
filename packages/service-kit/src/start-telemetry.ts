import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { impersonalExporter } from './impersonal-exporter.ts';
import { queryShape } from './query-shape.ts';

/** services/expense/src/main.ts → "expense" */
const serviceName = () => process.env.OTEL_SERVICE_NAME ?? basename(dirname(dirname(process.argv[1] ?? 'unknown')));

/**
 * Starts tracing: spans of HTTP in and out and of MongoDB commands, sent in batches by OTLP. Sampling, batches and the
 * collector's address are OpenTelemetry's own variables (OTEL_TRACES_SAMPLER, OTEL_BSP_*, OTEL_EXPORTER_OTLP_*).
 *
 * It hooks CommonJS alone: node:http and the MongoDB driver are that inside, and calls between services are seen through
 * undici's diagnostics channel. Hooks for ES modules would cost a thread and a start that is a third of a second slower.
 */
export function startTelemetry(): void {
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName() }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(impersonalExporter(new OTLPTraceExporter()))],
  });
  // Without baggage: what a client writes there would travel through every service.
  provider.register({ propagator: new W3CTraceContextPropagator() });
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        // Probes and metrics are not requests of a person.
        ignoreIncomingRequestHook: (request) => /^\/(healthz|readyz|metrics)\b/.test(request.url ?? ''),
        // Calls between services go through undici; what else leaves is the exporter's own.
        disableOutgoingRequestInstrumentation: true,
      }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
      new MongoDBInstrumentation({ dbStatementSerializer: queryShape }),
    ],
  });
  // The patch of node:http happens where CommonJS asks for it, and nobody here does.
  createRequire(import.meta.url)('node:http');
}
