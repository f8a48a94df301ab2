import { isAscii } from 'node:buffer';

export type Encoding = {
  /** WHATWG name. */
  name: string;
  /** True while only ASCII was seen: the first other character decides between UTF-8 and `name`. */
  isOpen: boolean;
};

/**
 * The encoding of a file by its first bytes: byte order mark, NULs of UTF-16, then what the bytes themselves allow.
 * UTF-8 goes before what the file declares, because banks declare CHARSET:1252 and write UTF-8, while text of another
 * encoding is practically never valid UTF-8 by chance.
 */
export function detectEncoding(head: Uint8Array, isWhole: boolean): Encoding {
  if (startsWith(head, [0xef, 0xbb, 0xbf])) return { name: 'utf-8', isOpen: false };
  if (startsWith(head, [0xff, 0xfe])) return { name: 'utf-16le', isOpen: false };
  if (startsWith(head, [0xfe, 0xff])) return { name: 'utf-16be', isOpen: false };
  const sample = head.subarray(0, 1_024);
  const zeros = [0, 0];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i % 2]! += 1;
  // Latin text in UTF-16 has a zero in nearly every second byte; other text has none.
  const [even, odd] = zeros as [number, number];
  if (odd > sample.length / 4 && even < odd / 8) return { name: 'utf-16le', isOpen: false };
  if (even > sample.length / 4 && odd < even / 8) return { name: 'utf-16be', isOpen: false };
  const declared = declaredEncoding(head);
  if (isAscii(head)) return { name: declared ?? 'utf-8', isOpen: true };
  if (isUtf8(head, isWhole)) return { name: 'utf-8', isOpen: false };
  return { name: singleByte(declared), isOpen: false };
}

/**
 * Decodes a stream, whatever its chunks cut apart. Every line end (CR LF, CR) becomes LF.
 * @param encoding by {@link detectEncoding} of the same stream's start
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  let decoder = encoding.isOpen ? undefined : new TextDecoder(encoding.name);
  let kept: Uint8Array = new Uint8Array(0);
  const lines = lineEnds();
  for await (let chunk of bytes) {
    if (!decoder) {
      chunk = kept.length ? Buffer.concat([kept, chunk]) : chunk;
      const at = isAscii(chunk) ? chunk.length : chunk.findIndex((byte) => byte > 0x7f);
      // Four bytes hold the longest UTF-8 sequence: wait for them before deciding.
      if (chunk.length - at >= 4) decoder = new TextDecoder(settle(chunk.subarray(at), encoding.name));
      kept = decoder ? new Uint8Array(0) : chunk.subarray(at);
      if (!decoder) chunk = chunk.subarray(0, at);
    }
    const text = lines(decoder ? decoder.decode(chunk, { stream: true }) : Buffer.from(chunk).toString('latin1'));
    if (text) yield text;
  }
  decoder ??= new TextDecoder(settle(kept, encoding.name));
  const last = lines(decoder.decode(kept), true);
  if (last) yield last;
}

/** The same on bytes at hand: the text of a file's start. */
export function decodeHead(head: Uint8Array, encoding: Encoding, isWhole: boolean): string {
  return lineEnds()(new TextDecoder(encoding.name).decode(head, { stream: !isWhole }), true);
}

const startsWith = (bytes: Uint8Array, mark: number[]) => mark.every((byte, index) => bytes[index] === byte);

function isUtf8(bytes: Uint8Array, isWhole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
}

/** Chooses by the first character that is not ASCII, which `bytes` starts with. */
function settle(bytes: Uint8Array, declared: string): string {
  const lead = bytes[0] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return lead < 0x80 || isUtf8(bytes.subarray(0, length), true) ? 'utf-8' : singleByte(declared);
}

/** What an XML declaration or an OFX header says; undefined where nothing or nonsense. */
function declaredEncoding(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 2_048)).toString('latin1');
  const xml = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/i.exec(start)?.[1];
  const charset = /^\s*CHARSET:\s*([\w.-]+)/im.exec(start)?.[1];
  const ofx = /^\s*ENCODING:\s*([\w.-]+)/im.exec(start)?.[1];
  const label = xml ?? (ofx && /^(UTF-?8|UNICODE)$/i.test(ofx) ? 'utf-8' : ofx ? (charset ?? ofx) : undefined);
  if (!label) return undefined;
  try {
    const { encoding } = new TextDecoder(/^\d{3,4}$/.test(label) ? `windows-${label}` : label);
    // UTF-16 would show in the bytes: a program has converted the file and left the declaration.
    return encoding.startsWith('utf-16') ? undefined : encoding;
  } catch {
    // OFX's own words (USASCII, NONE) and nonsense: its specification's default is Windows-1252.
    return ofx ? 'windows-1252' : undefined;
  }
}

/** For bytes that are no UTF-8 and hold no NULs, whatever the file declares. */
const singleByte = (declared: string | undefined) =>
  !declared || declared.startsWith('utf-') ? 'windows-1252' : declared;

/** Makes every line end LF; a CR at the end of a piece waits for the next. */
function lineEnds(): (text: string, isLast?: boolean) => string {
  let heldCr = '';
  return (text, isLast = false) => {
    const all = heldCr + text;
    heldCr = !isLast && all.endsWith('\r') ? '\r' : '';
    const ready = heldCr ? all.slice(0, -1) : all;
    return ready.includes('\r') ? ready.replace(/\r\n?/g, '\n') : ready;
  };
}
