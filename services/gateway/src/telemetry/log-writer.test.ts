import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { createLogWriter, type LogWriter } from './log-writer.ts';

/** Short ones, ones beyond ASCII, and some that are longer than what is gathered. */
const lines = Array.from({ length: 5_000 }, (_, i) => {
  if (i % 1_000 === 500) return `${i} ${'é'.repeat(40_000)}\n`;
  return `${i} ${i % 7 ? 'a'.repeat(i % 200) : '€😀'}\n`;
});
const writeAll = (writer: LogWriter) => {
  for (const [i, line] of lines.entries()) writer.write(line, i % 7 && i % 1_000 !== 500 ? 'latin1' : 'utf8');
};

describe('log lines on their way out', () => {
  let directory: string;
  let reader: number;
  let fd: number;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'outlay-log-'));
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    fd = openSync(pipe, 'w');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('have all left in their order once they are flushed, those under way among them', async () => {
    const writer = createLogWriter(fd);
    writeAll(writer);
    const flushed = writer.flush();
    const read = text(new Socket({ fd: reader, writable: false }));

    await flushed;
    closeSync(fd);

    expect((await read) === lines.join('')).to.equal(true);
  });

  it('hold nobody up whose reader does not read', async () => {
    const writer = createLogWriter(fd, 50);
    writeAll(writer);

    await writer.flush();

    closeSync(reader);
  });
});
