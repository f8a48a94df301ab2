import { readFileSync } from 'node:fs';

const ticksPerSecond = 100; // of /proc; USER_HZ is 100 wherever Linux runs

/** A process and those it started, such as nginx' worker. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}

/** CPU time of a process and its children so far: user and system, of all threads. */
export function cpuMicros(pid: number): number {
  let ticks = 0;
  for (const one of family(pid)) {
    // The name, in parentheses, may hold blanks.
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks / ticksPerSecond) * 1_000_000;
}

/** Memory that it has in RAM. */
export function residentMib(pid: number): number {
  let kib = 0;
  for (const one of family(pid))
    kib += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0);
  return kib / 1_024;
}
