import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '@outlay/service-kit/config.ts';
import type { TlsConfig } from '../bootstrap/bootstrap-schema.ts';

/** What /certs tells of it, as Envoy has it. */
export interface CertificateDescription {
  readonly path: string;
  readonly serial_number: string;
  readonly subject_alt_names: string;
  readonly valid_from: string;
  readonly expiration_time: string;
  readonly days_until_expiration: number;
}

const dayMs = 86_400_000;

/** A listener's certificate and key as they stand in their files, looked at again and again. */
export class Certificate {
  readonly #config: TlsConfig;
  readonly #onChange: (result: Error | undefined) => void;
  readonly #timer: NodeJS.Timeout;
  /** As last taken or refused. */
  #text: string;
  /** As last seen: taken once it has been the same twice, as two files are not written at once. */
  #seen: string;
  #x509: X509Certificate;
  secureContext: SecureContextOptions;

  /**
   * @param onChange told after another pair was taken, or why it was refused
   * @throws {ConfigError} where the files hold no pair to begin with
   */
  constructor(config: TlsConfig, pollMs: number, onChange: (result: Error | undefined) => void) {
    this.#config = config;
    this.#onChange = onChange;
    try {
      const certificate = readFileSync(config.certificate_chain, 'utf8');
      const key = readFileSync(config.private_key, 'utf8');
      this.#text = certificate + key;
      this.#seen = this.#text;
      this.#x509 = new X509Certificate(certificate);
      this.secureContext = this.#contextOf(certificate, key);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new ConfigError(`Wrong configuration: ${config.certificate_chain} cannot be used: ${reason}`, { cause });
    }
    this.#timer = setInterval(() => void this.#look(), pollMs).unref();
  }

  /** Milliseconds since 1970. */
  get expiresAt(): number {
    return this.#x509.validToDate.getTime();
  }

  describe(): CertificateDescription {
    const { serialNumber, subjectAltName, validFromDate, validToDate } = this.#x509;
    return {
      path: this.#config.certificate_chain,
      serial_number: serialNumber,
      subject_alt_names: subjectAltName ?? '',
      valid_from: validFromDate.toISOString(),
      expiration_time: validToDate.toISOString(),
      days_until_expiration: Math.floor((this.expiresAt - Date.now()) / dayMs),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** By reading: the paths of a mounted Secret are links that Kubernetes swaps, which watching loses sight of. */
  async #look(): Promise<void> {
    const [certificate, key] = await Promise.all([
      readFile(this.#config.certificate_chain, 'utf8').catch(() => ''),
      readFile(this.#config.private_key, 'utf8').catch(() => ''),
    ]);
    const text = certificate + key;
    const isSettled = text === this.#seen;
    this.#seen = text;
    if (text === this.#text || !isSettled) return;
    this.#text = text;
    try {
      this.secureContext = this.#contextOf(certificate, key);
      this.#x509 = new X509Certificate(certificate);
      this.#onChange(undefined);
    } catch (error) {
      this.#onChange(error as Error);
    }
  }

  /** @throws where it is no certificate, no key, or not a pair */
  #contextOf(cert: string, key: string): SecureContextOptions {
    if (!new X509Certificate(cert).publicKey.equals(createPublicKey(key)))
      throw new Error('the certificate is not of this key');
    const context = { cert, key, minVersion: this.#config.tls_minimum_protocol_version };
    createSecureContext(context);
    return context;
  }
}
