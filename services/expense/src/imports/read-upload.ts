import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvMapping, ImportQuery } from '@outlay/contracts/import.ts';
import { BodyTooLarge, MalformedBody, UnsupportedMediaType, ValidationFailed } from '@outlay/service-kit/problem.ts';
import { boundedBody } from '@outlay/service-kit/read-body.ts';
import { validate } from '@outlay/service-kit/validate.ts';
import busboy from 'busboy';
import { z } from 'zod';

export interface Upload {
  fileName: string | null;
  currency: string | undefined;
  mapping: CsvMapping | undefined;
  /** The file as it arrives; may be read once. Rejects with a problem where the rest of the request is not acceptable. */
  bytes: AsyncIterable<Uint8Array>;
}

/** A form has one file, `currency` and `mapping`; the rest is room for what browsers add. */
const formLimits = { files: 1, fields: 8, fieldSize: 2_000, fieldNameSize: 100, headerPairs: 50 };

/**
 * Finds the file in a request: it is the body itself, or the one file of a multipart form, whose fields `currency` and
 * `mapping` go before what the query says (and must stand before the file, which is read as it arrives).
 * @throws {UnsupportedMediaType | MalformedBody | BodyTooLarge | ValidationFailed}
 */
export async function readUpload(request: IncomingMessage, query: ImportQuery, bytesMax: number): Promise<Upload> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new UnsupportedMediaType('The file must not be compressed.');
  const body = arriving(request, bytesMax);
  const isForm = /^multipart\//i.test(request.headers['content-type'] ?? '');
  if (!isForm) return upload(query, query.fileName, body);
  const { fields, fileName, bytes } = await readForm(request, body);
  return upload({ ...query, ...validate(ImportQuery, fields, 'query') }, query.fileName ?? fileName, bytes);
}

function upload(options: ImportQuery, fileName: string | undefined, bytes: AsyncIterable<Uint8Array>): Upload {
  return {
    fileName: fileName ?? null,
    currency: options.currency,
    mapping: options.mapping === undefined ? undefined : parseMapping(options.mapping),
    bytes,
  };
}

function parseMapping(text: string): CsvMapping {
  let mapping: unknown;
  try {
    mapping = JSON.parse(text);
  } catch {
    throw new ValidationFailed('Wrong: mapping.', { errors: [{ parameter: 'mapping', detail: 'must be JSON' }] });
  }
  return validate(z.object({ mapping: CsvMapping }), { mapping }, 'query').mapping;
}

/** The body's chunks, with one error for whatever cuts them off. */
async function* arriving(request: IncomingMessage, bytesMax: number): AsyncGenerator<Uint8Array> {
  try {
    yield* boundedBody(request, bytesMax);
  } catch (cause) {
    if (cause instanceof BodyTooLarge) throw cause;
    throw new MalformedBody('The upload was cut off.', { cause });
  }
}

interface Form {
  fields: Record<string, string>;
  fileName: string | undefined;
  bytes: AsyncIterable<Uint8Array>;
}

/** Resolves where the form's file begins. */
async function readForm(request: IncomingMessage, body: AsyncIterable<Uint8Array>): Promise<Form> {
  const form = openForm(request);
  const fields: Record<string, string> = {};
  let late: Error | undefined;
  let hasFile = false;
  const begins = new Promise<{ file: Readable; fileName: string | undefined }>((resolve) => {
    form.on('file', (_name, file, { filename }) => {
      hasFile = true;
      resolve({ file, fileName: filename });
    });
  });
  form.on('field', (name, value, { valueTruncated }) => {
    if (hasFile) late ??= misplaced(name, 'must stand before the file in the form');
    else if (valueTruncated) late ??= misplaced(name, 'is too long');
    else fields[name] = value;
  });
  form.on('filesLimit', () => {
    late ??= new ValidationFailed('One file at a time.', { errors: [{ detail: 'the form must hold one file only' }] });
  });

  const fed = pipeline(body, form).catch((cause: unknown) => {
    // busboy's own words ("Unexpected end of form") hold nothing of the file.
    throw cause instanceof BodyTooLarge || cause instanceof MalformedBody
      ? cause
      : new MalformedBody('The form cannot be read.', { cause });
  });
  const ended = fed.then((): never => {
    throw late ?? new ValidationFailed('No file.', { errors: [{ detail: 'the form must hold a file' }] });
  });
  const { file, fileName } = await Promise.race([begins, ended]);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* file as AsyncIterable<Uint8Array>;
      await fed;
    } catch {
      await fed; // the form's error says more than the file's "aborted"
      throw new MalformedBody('The upload was cut off.');
    } finally {
      form.destroy();
    }
    if (late) throw late;
  }
  if (late) throw late;
  return { fields, fileName: cleanName(fileName), bytes: bytes() };
}

function openForm(request: IncomingMessage) {
  try {
    return busboy({ headers: request.headers, limits: formLimits, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new MalformedBody('The form names no boundary.', { cause });
  }
}

const misplaced = (parameter: string, detail: string) =>
  new ValidationFailed(`Wrong: ${parameter}.`, { errors: [{ parameter, detail }] });

/** A browser's file name is kept for the list of imports only; it never names a file here. */
const cleanName = (name: string | undefined): string | undefined =>
  name
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed() || undefined;
