import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secrets {
  /** What the members of the replica set know each other by; mongod reads the file itself. */
  readonly mongoKeyFile: string;
  /** 32 bytes in base64 that encrypt auth's signing keys. */
  readonly keyEncryptionKeyFile: string;
  readonly mongoPasswords: { readonly auth: string; readonly expense: string };
}

/** The secrets of this installation, one file each as Kubernetes mounts them; made where missing, then kept. */
export function readSecrets(folder: string): Secrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = (name: string, make: () => string) => {
    const path = join(folder, name);
    try {
      return { path, value: readFileSync(path, 'utf8').trim() };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const value = make();
    // Renamed into place, so that a crash leaves no half of a secret.
    writeFileSync(`${path}.new`, `${value}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return { path, value };
  };
  return {
    mongoKeyFile: secret('mongo-keyfile', () => randomBytes(96).toString('base64')).path,
    keyEncryptionKeyFile: secret('key-encryption-key', () => randomBytes(32).toString('base64')).path,
    mongoPasswords: {
      auth: secret('mongo-password-auth', () => randomBytes(24).toString('base64url')).value,
      expense: secret('mongo-password-expense', () => randomBytes(24).toString('base64url')).value,
    },
  };
}
