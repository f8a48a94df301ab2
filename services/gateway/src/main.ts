import { run } from '@outlay/service-kit/run.ts';
import { readSettings } from './config.ts';
import { startGateway } from './gateway.ts';

await run(() => startGateway(readSettings(process.env)));
