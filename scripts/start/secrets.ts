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
  const random = (bytes: number, encoding: BufferEncoding) => () => randomBytes(bytes).toString(encoding);
  return {
    mongoKeyFile: keepSecret(folder, 'mongo-keyfile', random(96, 'base64')).path,
    keyEncryptionKeyFile: keepSecret(folder, 'key-encryption-key', random(32, 'base64')).path,
    mongoPasswords: {
      auth: keepSecret(folder, 'mongo-password-auth', random(24, 'base64url')).value,
      expense: keepSecret(folder, 'mongo-password-expense', random(24, 'base64url')).value,
    },
  };
}

/** A secret of this name: the one that was made before, or a new one. */
export function keepSecret(folder: string, name: string, make: () => string): { path: string; value: string } {
  const path = join(folder, name);
  try {
    return { path, value: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const value = make();
  // Renamed into place, so that a crash leaves no half of a secret.
  writeFileSync(`${path}.new`, `${value}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return { path, value };
}
