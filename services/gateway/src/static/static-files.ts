import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Log } from '@outlay/service-kit/log.ts';
import type { RouteConfig } from '../bootstrap/bootstrap-schema.ts';
import { StaticFile } from './static-file.ts';

type StaticConfig = NonNullable<RouteConfig['static']>;

const filesMax = 5_000;
const bytesMax = 64 * 1_048_576;

/**
 * The files of a route, read at start and served from memory. A path is looked up among those read, so none can lead
 * outside of the directory.
 */
export class StaticFiles {
  /** By path within the directory: "/assets/app.js". */
  readonly #files = new Map<string, StaticFile>();
  /** The one file of a route that has just one, or what a navigation gets that finds no file. */
  #single: StaticFile | undefined;
  #fallback: StaticFile | undefined;

  constructor(config: StaticConfig, log: Log) {
    try {
      if (config.file !== undefined) this.#single = new StaticFile(config.file, readFileSync(config.file), false);
      else if (config.directory !== undefined) this.#readAll(config.directory, config.immutable_prefix);
      if (config.fallback !== undefined) this.#fallback = this.#files.get(`/${config.fallback}`);
      if (config.fallback !== undefined && !this.#fallback)
        log.warn({ directory: config.directory, file: config.fallback }, 'the page is missing: build it first');
    } catch (error) {
      // A gateway without its page still serves the API.
      log.warn({ reason: (error as Error).message }, 'static files cannot be read');
    }
    void this.#compressAll(log);
  }

  /**
   * @param path of the request, decoded not at all: names of files here need no escapes
   * @param accept a browser that navigates accepts HTML, and gets the page for any path that is no file
   */
  find(path: string, accept: string): StaticFile | undefined {
    if (this.#single) return this.#single;
    const file = this.#files.get(path);
    if (file) return file;
    return accept.includes('text/html') ? this.#fallback : undefined;
  }

  #readAll(directory: string, immutablePrefix: string | undefined): void {
    let bytes = 0;
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    if (entries.length > filesMax) throw new Error(`${directory} holds more than ${filesMax} files`);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const full = join(entry.parentPath, entry.name);
      bytes += statSync(full).size;
      if (bytes > bytesMax) throw new Error(`${directory} holds more than ${bytesMax} bytes`);
      const path = `/${relative(directory, full).split(sep).join('/')}`;
      const isImmutable = immutablePrefix !== undefined && path.startsWith(immutablePrefix);
      this.#files.set(path, new StaticFile(path, readFileSync(full), isImmutable));
    }
    const index = this.#files.get('/index.html');
    if (index) this.#files.set('/', index);
  }

  async #compressAll(log: Log): Promise<void> {
    const files = new Set(this.#files.values());
    if (this.#single) files.add(this.#single);
    // One after the other: the pool's threads also verify and resolve names.
    for (const file of files)
      await file.compress().catch((error: Error) => log.warn({ reason: error.message }, 'a file cannot be compressed'));
  }
}
