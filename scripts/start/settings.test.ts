import { join } from 'node:path';
import { expect } from 'chai';
import { readSettings, repositoryRoot } from './settings.ts';

describe('readSettings', () => {
  it('needs nothing to be said', () => {
    expect(readSettings([], {})).to.deep.equal({
      port: 8080,
      home: join(repositoryRoot, '.outlay'),
      mongodbUri: undefined,
      logLevel: 'info',
      otlpEndpoint: undefined,
      demo: false,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readSettings([], { PORT: '', OUTLAY_HOME: ' ' })).to.include({ port: 8080 });
  });

  it('reads a relative OUTLAY_HOME from where the person called npm', () => {
    const settings = readSettings(['--demo'], { OUTLAY_HOME: 'mine', INIT_CWD: '/home/ada' });

    expect(settings).to.include({ home: '/home/ada/mine', demo: true });
  });

  const refused: [env: NodeJS.ProcessEnv, line: string][] = [
    [{ PORT: 'http' }, 'PORT is "http", but must be a port number from 1 to 65535.'],
    [{ PORT: '0' }, 'PORT is "0", but must be a port number from 1 to 65535.'],
    [{ PORT: '70000' }, 'PORT is "70000", but must be a port number from 1 to 65535.'],
    [{ OUTLAY_HOME: '/dev/null' }, 'OUTLAY_HOME is "/dev/null", but must be a folder, or one that can be made.'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud", but must be debug, info, warn or error.'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT is "localhost:4318", but must be a URL such as http://localhost:4318.',
    ],
    [{ MONGODB_URI: 'ada:secret@db' }, 'MONGODB_URI must start with mongodb:// or mongodb+srv://.'],
  ];
  for (const [env, line] of refused)
    it(`refuses ${JSON.stringify(env)} in a line that says what would be right`, () => {
      expect(() => readSettings([], env)).to.throw(line);
    });

  it('names all wrong values at once', () => {
    expect(() => readSettings([], { PORT: 'x', LOG_LEVEL: 'x' })).to.throw(/^PORT .*\nLOG_LEVEL [^\n]*$/);
  });

  it('refuses an option that it does not know', () => {
    expect(() => readSettings(['--dmeo'], {})).to.throw(
      "Unknown option '--dmeo'. `npm start -- --help` shows what there is.",
    );
  });
});
