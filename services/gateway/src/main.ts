import { run } from '@outlay/service-kit/run.ts';
import { checkConfig } from './check-config.ts';
import { readSettings } from './config.ts';
import { startGateway } from './gateway.ts';

const [option, ...files] = process.argv.slice(2);
if (option === '--check') process.exitCode = checkConfig(files, process.env, (line) => console.log(line));
else await run(() => startGateway(readSettings(process.env)));
