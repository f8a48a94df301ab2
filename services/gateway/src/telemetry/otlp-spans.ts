import type { CompletedRequest, UpstreamCall } from './completed-request.ts';
import { quoted } from './json-text.ts';

// The enumerations of OTLP: SPAN_KIND_SERVER, SPAN_KIND_CLIENT, STATUS_CODE_ERROR.
const server = 2;
const client = 3;
const failed = ',"status":{"code":2}';

const text = (key: string, value: string) => `{"key":"${key}","value":{"stringValue":${quoted(value)}}}`;
const number = (key: string, value: number) => `{"key":"${key}","value":{"intValue":${value}}}`;
const statusCode = (status: number) => (status ? `,${number('http.response.status_code', status)}` : '');

const { timeOrigin } = performance;
/** From performance.now(): Unix nanoseconds as the decimal string that OTLP's JSON wants; microseconds is what we know. */
const nanoseconds = (ms: number): string => `"${Math.round((timeOrigin + ms) * 1_000)}000"`;
const times = ({ startedAt, endedAt }: Pick<CompletedRequest, 'startedAt' | 'endedAt'>): string =>
  `"startTimeUnixNano":${nanoseconds(startedAt)},"endTimeUnixNano":${nanoseconds(endedAt)}`;

/**
 * A span of our own work, and one of the call to the service if there was one, as OTLP's JSON with a comma between them. By
 * OpenTelemetry's conventions for HTTP, without what tells of a person: path, query, address.
 */
export const otlpSpansOf = (request: CompletedRequest): string =>
  request.call ? `${serverSpanOf(request)},${clientSpanOf(request, request.call)}` : serverSpanOf(request);

const serverSpanOf = (request: CompletedRequest): string => {
  const { trace, method, route, scheme, status, flags } = request;
  return (
    `{"traceId":"${trace.traceId}","spanId":"${trace.spanId}",` +
    `${trace.parentId === undefined ? '' : `"parentSpanId":"${trace.parentId}",`}` +
    `"name":${quoted(`${method} ${route}`)},"kind":${server},${times(request)},"attributes":[` +
    `${text('http.request.method', method)},${text('http.route', route)},${text('url.scheme', scheme)}` +
    `${statusCode(status)}${flags === '-' ? '' : `,${text('outlay.response_flags', flags)}`}]` +
    `${status >= 500 || status === 0 ? failed : ''}}`
  );
};

const clientSpanOf = ({ trace, method, cluster }: CompletedRequest, call: UpstreamCall): string =>
  `{"traceId":"${trace.traceId}","spanId":"${trace.upstreamSpanId}","parentSpanId":"${trace.spanId}",` +
  `"name":${quoted(method)},"kind":${client},${times(call)},"attributes":[` +
  `${text('http.request.method', method)},${text('outlay.cluster', cluster)},` +
  `${text('server.address', call.host)},${number('server.port', call.port)}${statusCode(call.status)}]` +
  `${call.status >= 400 || call.status === 0 ? failed : ''}}`;
