import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

/**
 * What may leave on a span. A list of what is allowed, because libraries add attributes with every version; left out are
 * addresses, browsers, queries and paths (http.route says which route, and may not hold what a person typed).
 */
const allowed = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'error.type',
  'server.address',
  'server.port',
  'url.scheme',
  'network.protocol.version',
  'db.system.name',
  'db.namespace',
  'db.collection.name',
  'db.operation.name',
  'db.query.text',
  'exception.type',
]);

const isAllowed = (name: string): boolean => allowed.has(name) || name.startsWith('outlay.');

const reduced = (attributes: ReadableSpan['attributes'] | undefined): ReadableSpan['attributes'] =>
  Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => isAllowed(name)));

/** A view on the span without personal data: an error's text may quote a document (a duplicate key names the e-mail). */
const impersonal = (span: ReadableSpan): ReadableSpan =>
  Object.create(span, {
    attributes: { value: reduced(span.attributes) },
    events: { value: span.events.map((event) => ({ ...event, attributes: reduced(event.attributes) })) },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan;

/** Takes from every span what is not the trace's business before it leaves the process; off the way of requests. */
export const impersonalExporter = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(impersonal), done),
  forceFlush: async () => exporter.forceFlush?.(),
  shutdown: () => exporter.shutdown(),
});
