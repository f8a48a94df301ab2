/** The load as a program: OUTLAY_URL=… PER_SECOND=60 SECONDS=30 node load-main.ts; the report is one line of JSON. */
import { runLoad } from './load.ts';

const { OUTLAY_URL: url, PER_SECOND: perSecond = '60', SECONDS: seconds = '30' } = process.env;
if (!url) {
  console.error('OUTLAY_URL is not set: the address of the gateway');
  process.exit(1);
}
console.log('load started');
console.log(JSON.stringify(await runLoad({ url, perSecond: Number(perSecond), seconds: Number(seconds) })));
