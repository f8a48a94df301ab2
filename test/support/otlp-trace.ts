import { readMessage, type WireValue } from './protobuf.ts';

export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [name: string]: AttributeValue };
export type Attributes = Record<string, AttributeValue>;

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statuses = ['unset', 'ok', 'error'] as const;

/** A span as it was exported, with the service that did. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the root of the trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: (typeof kinds)[number];
  readonly attributes: Attributes;
  readonly events: readonly { name: string; attributes: Attributes }[];
  readonly status: { code: (typeof statuses)[number]; message: string };
}

/** Reads an ExportTraceServiceRequest in protobuf, by the field numbers of opentelemetry/proto/trace/v1/trace.proto. */
export function readProtobufSpans(body: Uint8Array): ReceivedSpan[] {
  return all(body, 1).flatMap((resourceSpans) => {
    const [resource] = all(resourceSpans, 1);
    const service = String(attributesOf(resource ?? new Uint8Array(), 1)['service.name']);
    return all(resourceSpans, 2).flatMap((scopeSpans) =>
      all(scopeSpans, 2).map((span): ReceivedSpan => {
        const fields = readMessage(span);
        const status = readMessage(bytes(fields.get(15)?.[0]));
        return {
          service,
          traceId: hex(fields.get(1)?.[0]),
          spanId: hex(fields.get(2)?.[0]),
          parentSpanId: hex(fields.get(4)?.[0]) || undefined,
          name: text(fields.get(5)?.[0]),
          kind: kinds[Number(fields.get(6)?.[0] ?? 0)]!,
          attributes: attributesOf(span, 9),
          events: all(span, 11).map((event) => ({
            name: text(readMessage(event).get(2)?.[0]),
            attributes: attributesOf(event, 3),
          })),
          status: { code: statuses[Number(status.get(3)?.[0] ?? 0)]!, message: text(status.get(2)?.[0]) },
        };
      }),
    );
  });
}

const bytes = (value: WireValue | undefined): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());
const hex = (value: WireValue | undefined): string => Buffer.from(bytes(value)).toString('hex');
const text = (value: WireValue | undefined): string => Buffer.from(bytes(value)).toString('utf8');
const all = (message: Uint8Array, field: number): Uint8Array[] => (readMessage(message).get(field) ?? []).map(bytes);

const attributesOf = (message: Uint8Array, field: number): Attributes =>
  Object.fromEntries(
    all(message, field).map((pair) => {
      const fields = readMessage(pair);
      return [text(fields.get(1)?.[0]), anyValue(bytes(fields.get(2)?.[0]))];
    }),
  );

function anyValue(message: Uint8Array): AttributeValue {
  const [[field, values] = [0, []]] = readMessage(message);
  const value = values[0];
  if (field === 1) return text(value);
  if (field === 2) return value === 1n;
  if (field === 3) return Number(BigInt.asIntN(64, value as bigint));
  if (field === 4) return new Float64Array(new BigUint64Array([value as bigint]).buffer)[0]!;
  if (field === 5) return all(bytes(value), 1).map(anyValue);
  if (field === 6) return attributesOf(bytes(value), 1);
  return field === 7 ? hex(value) : null;
}

interface JsonValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: JsonValue[] };
  kvlistValue?: { values?: JsonPair[] };
  bytesValue?: string;
}
interface JsonPair {
  key: string;
  value?: JsonValue;
}
interface JsonRequest {
  resourceSpans?: {
    resource?: { attributes?: JsonPair[] };
    scopeSpans?: {
      spans?: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name?: string;
        kind?: number;
        attributes?: JsonPair[];
        events?: { name?: string; attributes?: JsonPair[] }[];
        status?: { code?: number; message?: string };
      }[];
    }[];
  }[];
}

/** Reads the same in JSON: ids are hex, 64-bit integers may be text. */
export function readJsonSpans(body: Uint8Array): ReceivedSpan[] {
  const { resourceSpans = [] } = JSON.parse(Buffer.from(body).toString('utf8')) as JsonRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(
        (span): ReceivedSpan => ({
          service: String(fromPairs(resource?.attributes)['service.name']),
          traceId: span.traceId.toLowerCase(),
          spanId: span.spanId.toLowerCase(),
          parentSpanId: span.parentSpanId?.toLowerCase() || undefined,
          name: span.name ?? '',
          kind: kinds[span.kind ?? 0]!,
          attributes: fromPairs(span.attributes),
          events: (span.events ?? []).map(({ name = '', attributes }) => ({ name, attributes: fromPairs(attributes) })),
          status: { code: statuses[span.status?.code ?? 0]!, message: span.status?.message ?? '' },
        }),
      ),
    ),
  );
}

const fromPairs = (pairs: readonly JsonPair[] = []): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, fromJson(value ?? {})]));

function fromJson(value: JsonValue): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(fromJson);
  if (value.kvlistValue) return fromPairs(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}
