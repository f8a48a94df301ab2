import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { ConfigError } from '@outlay/service-kit/config.ts';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts a private key for the database: `iv ‖ tag ‖ ciphertext` of its PKCS #8 form, in base64. The kid is
 * authenticated with it, so that who can write to the database can neither swap two keys nor slip in one of their own.
 * @param keyEncryptionKey 32 bytes
 */
export function sealKey(keyEncryptionKey: Buffer, kid: string, privateKey: KeyObject): string {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, keyEncryptionKey, iv).setAAD(Buffer.from(kid));
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const ciphertext = Buffer.concat([sealing.update(der), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), ciphertext]).toString('base64');
}

/** @throws {ConfigError} where it was sealed with another key-encryption key or for another kid */
export function openKey(keyEncryptionKey: Buffer, kid: string, sealed: string): KeyObject {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const opening = createDecipheriv(cipher, keyEncryptionKey, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(kid))
      .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    const der = Buffer.concat([opening.update(bytes.subarray(ivBytes + tagBytes)), opening.final()]);
    return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
  } catch (cause) {
    throw new ConfigError(
      `Wrong configuration: KEY_ENCRYPTION_KEY does not open signing key ${kid} in the database: it was sealed with another one`,
      { cause },
    );
  }
}
