import { readFile, stat } from 'node:fs/promises';

/**
 * Tells the text of a file whenever it changes. By asking for its state again and again: what tells of changes by itself
 * (inotify) loses sight of a mounted ConfigMap, whose path is a chain of symbolic links that Kubernetes swaps, and does not
 * work on network volumes at all. Not by fs.watchFile, which takes what it sees first for known.
 */
export class ConfigWatch {
  readonly #path: string;
  readonly #onText: (read: string | Error) => void;
  readonly #timer: NodeJS.Timeout;
  #text: string | undefined;
  /** What the file's state was when it was last read; undefined before, so that the first look reads. */
  #state: string | undefined;
  #isLooking = false;
  #isClosed = false;

  /**
   * @param text known already
   * @param onText gets what was read, or the error where the file could not be
   */
  constructor(path: string, text: string, intervalMs: number, onText: (read: string | Error) => void) {
    this.#path = path;
    this.#text = text;
    this.#onText = onText;
    this.#timer = setInterval(() => void this.#look(), intervalMs).unref();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const state = await stat(this.#path).then(
      ({ dev, ino, size, mtimeMs, ctimeMs }) => `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`,
      (error: NodeJS.ErrnoException) => String(error.code),
    );
    if (state !== this.#state) {
      this.#state = state;
      const read = await readFile(this.#path, 'utf8').catch((error: Error) => error);
      const isNew = read !== this.#text;
      this.#text = read instanceof Error ? undefined : read;
      if (isNew && !this.#isClosed) this.#onText(read);
    }
    this.#isLooking = false;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }
}
