/** One tag of an OFX file with the text that follows it: `<NAME>Corner shop` or `</STMTTRN>`. */
export type OfxElement = { name: string; isClosing: boolean; text: string; line: number };

/** Longer than any value that is imported; the rest of a longer text is dropped, so that memory stays bounded. */
const textMax = 4_096;
/** At least what `tag` can match. */
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
  /** What is not passed yet: all of a piece, then what only the next piece can decide. */
  #text = '';
  #at = 0;
  #line = 1;
  #section: (typeof sections)[number] | undefined;
  #open: Omit<OfxElement, 'text'> | undefined;
  #value = '';

  /** @param take is given each element as soon as the next one starts */
  constructor(take: (element: OfxElement) => void) {
    this.#take = take;
  }

  push(piece: string): void {
    this.#text += piece;
    this.#read(false);
  }

  /** Hands on the last element. */
  end(): void {
    this.#read(true);
    this.#finish();
  }

  #read(isLast: boolean): void {
    let goesOn = true;
    while (goesOn && this.#at < this.#text.length)
      goesOn = this.#section ? this.#readSection(this.#section, isLast) : this.#readMarkup(isLast);
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
  }

  /** @returns false where the section goes on in the next piece */
  #readSection({ end, isText }: (typeof sections)[number], isLast: boolean): boolean {
    const found = this.#text.indexOf(end, this.#at);
    // Without the end in sight, its first characters may already be here.
    const stop = found >= 0 ? found : this.#text.length - (isLast ? 0 : end.length - 1);
    const text = this.#pass(Math.max(this.#at, stop));
    if (isText) this.#append(text.replaceAll('&', '&amp;'));
    if (found < 0) return false;
    this.#pass(found + end.length);
    this.#section = undefined;
    return true;
  }

  /** @returns false where a tag goes on in the next piece */
  #readMarkup(isLast: boolean): boolean {
    const start = this.#text.indexOf('<', this.#at);
    this.#append(this.#pass(start < 0 ? this.#text.length : start));
    if (start < 0) return true;
    tag.lastIndex = start;
    const match = tag.exec(this.#text);
    this.#section = sections.find((section) => this.#text.startsWith(section.start, start));
    if (this.#section) this.#pass(start + this.#section.start.length);
    else if (match) {
      this.#finish();
      this.#open = { name: match[2]!.toUpperCase(), isClosing: match[1] === '/', line: this.#line };
      this.#pass(tag.lastIndex);
    } else {
      const rest = this.#text.slice(start + 1, start + tagMax);
      if (!isLast && rest.length < tagMax - 1 && !/[<>]/.test(rest)) return false;
      this.#append(this.#pass(start + 1)); // "A < B" in a payee
    }
    return true;
  }

  #finish(): void {
    const element = this.#open && { ...this.#open, text: unescapeText(this.#value) };
    this.#open = undefined;
    this.#value = '';
    if (element) this.#take(element);
  }

  #append(text: string): void {
    if (this.#value.length < textMax) this.#value += text.slice(0, textMax - this.#value.length);
  }

  /** Goes on to a position and counts the lines on the way. */
  #pass(to: number): string {
    const text = this.#text.slice(this.#at, to);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) this.#line += 1;
    this.#at = to;
    return text;
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
