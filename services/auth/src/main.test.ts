import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { request } from '../../../test/support/request.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.ts';
import { createTestIdentity } from '../../../test/support/test-identity.ts';
import { newPerson } from '../test/start-test-auth.ts';

const main = join(import.meta.dirname, 'main.ts');

/** The process as it is run: settings in, log lines out, an exit code in the end. */
describe('the process of auth', () => {
  const identity = createTestIdentity();
  let database: TestDatabase;
  let folder: string;
  let child: ChildProcess | undefined;

  before(async () => {
    database = await openTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'outlay-auth-'));
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(identity.workloadJwks));
    await writeFile(join(folder, 'kek'), Buffer.alloc(32, 1).toString('base64'));
    await writeFile(join(folder, 'other-kek'), Buffer.alloc(32, 2).toString('base64'));
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });
  afterEach(() => child?.kill('SIGKILL'));

  const start = (changes: Record<string, string> = {}) => {
    child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_PORT: '0',
        DRAIN_MS: '0',
        MONGODB_URI: database.uri,
        KEY_ENCRYPTION_KEY_FILE: join(folder, 'kek'),
        WORKLOAD_ISSUER: identity.workloadIssuer,
        WORKLOAD_JWKS_FILE: join(folder, 'jwks.json'),
        ...changes,
      },
    });
    return child;
  };
  const failure = async (changes: Record<string, string>) => {
    const process = start(changes);
    let stderr = '';
    process.stderr!.on('data', (data) => {
      stderr += data;
    });
    const [code] = await once(process, 'close');
    return { code, stderr };
  };

  it('serves, and ends in order on SIGTERM', async () => {
    const process = start();
    const lines = createInterface({ input: process.stdout! });
    let ports: { port: number; adminPort: number } | undefined;
    for await (const line of lines) {
      const entry = JSON.parse(line);
      if (entry.msg !== 'listening') continue;
      ports = entry;
      break;
    }
    const admin = request(`http://127.0.0.1:${ports?.adminPort}`);
    expect((await admin.get('/healthz')).status).to.equal(200);
    expect((await admin.get('/readyz')).status).to.equal(200);
    const api = request(`http://127.0.0.1:${ports?.port}`, {
      'x-outlay-workload-token': identity.workloadToken('gateway', 'auth'),
    });
    expect((await api.post('/api/v1/auth/register', newPerson())).status).to.equal(201);
    process.kill('SIGTERM');
    expect(await once(process, 'close')).to.deep.equal([0, null]);
  });

  it('says in one line that the key-encryption key is another one than at the first start', async () => {
    const { code, stderr } = await failure({ KEY_ENCRYPTION_KEY_FILE: join(folder, 'other-kek') });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Wrong configuration: KEY_ENCRYPTION_KEY does not open signing key [^\n]+\n$/);
  });

  it('says in one line which settings are wrong', async () => {
    const { code, stderr } = await failure({
      MONGODB_URI: '',
      KEY_ENCRYPTION_KEY_FILE: join(folder, 'missing'),
      PORT: 'x',
    });
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'Wrong configuration: KEY_ENCRYPTION_KEY_FILE names no file; PORT Invalid input: expected number, received NaN; MONGODB_URI is not set\n',
    );
  });
});
