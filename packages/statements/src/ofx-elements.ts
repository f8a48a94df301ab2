/** One tag of an OFX file with the text that follows it: `<NAME>Corner shop` or `</STMTTRN>`. */
export type OfxElement = { name: string; isClosing: boolean; text: string; line: number };

/** Longer than any value that is imported; the rest of a longer text is dropped, so that memory stays bounded. */
const textMax = 4_096;
const tagMax = 256;
const tag = /<(\/?)([A-Za-z][\w.:-]{0,80})[^<>]{0,160}>/y;
const sections: readonly { start: string; end: string; isText: boolean }[] = [
  { start: '<![CDATA[', end: ']]>', isText: true },
  { start: '<!--', end: '-->', isText: false },
  { start: '<?', end: '?>', isText: false },
];

/**
 * Splits OFX into elements as it streams by. One tokenizer for SGML (1.x) and XML (2.x): banks write SGML under an XML
 * header, leave values unclosed, empty or unescaped, and an XML parser would lose the whole file to that.
 */
export class OfxElements {
  readonly #take: (element: OfxElement) => void;
  #buffer = '';
  #line = 1;
  #open: OfxElement | undefined;
  #raw = '';
  #section: (typeof sections)[number] | undefined;

  /** @param take is given each element as soon as the next one starts */
  constructor(take: (element: OfxElement) => void) {
    this.#take = take;
  }

  push(piece: string): void {
    this.#read(this.#buffer + piece, false);
  }

  /** Hands on the last element. */
  end(): void {
    this.#read(this.#buffer, true);
    this.#flush();
  }

  #read(text: string, isLast: boolean): void {
    let at = 0;
    while (at < text.length) {
      if (this.#section) {
        const { end, isText } = this.#section;
        const found = text.indexOf(end, at);
        // Without the end in sight, its first characters may already be here.
        const stop = found >= 0 ? found : isLast ? text.length : Math.max(at, text.length - end.length + 1);
        const value = this.#pass(text, at, stop);
        if (isText) this.#append(value.replaceAll('&', '&amp;'));
        at = stop;
        if (found < 0) break;
        at += end.length;
        this.#section = undefined;
        continue;
      }
      const next = text.indexOf('<', at);
      const stop = next < 0 ? text.length : next;
      this.#append(this.#pass(text, at, stop));
      at = stop;
      if (next < 0) break;
      const section = sections.find(({ start }) => text.startsWith(start, at));
      tag.lastIndex = at;
      const match = section ? null : tag.exec(text);
      if (section) {
        this.#section = section;
        at += section.start.length;
      } else if (match) {
        this.#flush();
        this.#open = { name: match[2]!.toUpperCase(), isClosing: match[1] === '/', text: '', line: this.#line };
        this.#pass(text, at, tag.lastIndex);
        at = tag.lastIndex;
      } else if (!isLast && text.length - at < tagMax && !/[<>]/.test(text.slice(at + 1))) {
        break; // a tag that the next piece completes
      } else {
        this.#append('<'); // "A < B" in a payee
        at += 1;
      }
    }
    this.#buffer = text.slice(at);
  }

  #flush(): void {
    const element = this.#open;
    this.#open = undefined;
    if (element) this.#take({ ...element, text: unescapeText(this.#raw) });
    this.#raw = '';
  }

  #append(text: string): void {
    if (this.#raw.length < textMax) this.#raw += text.slice(0, textMax - this.#raw.length);
  }

  /** Counts the lines that are passed. */
  #pass(text: string, from: number, to: number): string {
    for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) this.#line += 1;
    return text.slice(from, to);
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Resolves the entities OFX knows; any other ampersand is text, as in "H&M". */
function unescapeText(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.includes('&')) return trimmed;
  return trimmed.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
