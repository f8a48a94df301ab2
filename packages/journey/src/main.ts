/** The journey as a program, for `helm test` and `skaffold verify`: OUTLAY_URL=http://… node main.ts */
import { setTimeout as delay } from 'node:timers/promises';
import { runJourney } from './journey.ts';

const url = process.env.OUTLAY_URL;
if (!url) {
  console.error('OUTLAY_URL is not set: the address of the gateway');
  process.exit(1);
}

/** A release that was installed a moment ago may still be starting. */
const readyBy = Date.now() + 120_000;
while (
  !(await fetch(`${url}/.well-known/jwks.json`, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.ok,
    () => false,
  ))
) {
  if (Date.now() > readyBy) {
    console.error(`${url} is not ready after 120 s`);
    process.exit(1);
  }
  await delay(1_000);
}

try {
  await runJourney(url, (what) => console.log(`✔ ${what}`));
} catch (error) {
  console.error(`✘ ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
