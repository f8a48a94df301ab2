import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Algorithm = 'ES256' | 'RS256';

const usersMax = 2_000;

/** Keys as auth has them, made anew for each run; their public halves as each proxy wants them. */
export class TokenIssuer {
  readonly #keys = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  };

  /** Writes jwks.json, ES256.pem and RS256.pem. */
  publish(directory: string): void {
    const algorithms = ['ES256', 'RS256'] as const;
    const keys = algorithms.map((alg) => {
      const { publicKey } = this.#keys[alg];
      writeFileSync(join(directory, `${alg}.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
      return { ...publicKey.export({ format: 'jwk' }), kid: alg, alg, use: 'sig' };
    });
    writeFileSync(join(directory, 'jwks.json'), JSON.stringify({ keys }));
  }

  /** Tokens of as many users, 2,000 at most, as auth issues them but for their long life. */
  issue(algorithm: Algorithm, count: number): string[] {
    const now = Math.floor(Date.now() / 1_000);
    return Array.from({ length: count }, (_, i) => {
      const user = (i % usersMax).toString(16).padStart(24, '0');
      return this.#sign(algorithm, {
        iss: 'https://outlay.local',
        aud: 'outlay-api',
        sub: user,
        sid: user,
        jti: crypto.randomUUID(),
        iat: now,
        nbf: now,
        exp: now + 3_600,
      });
    });
  }

  #sign(algorithm: Algorithm, claims: object): string {
    const { privateKey: key } = this.#keys[algorithm];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: algorithm, kid: algorithm, typ: 'at+jwt' })}.${encode(claims)}`;
    const signature = sign(
      'sha256',
      Buffer.from(signed),
      algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key,
    );
    return `${signed}.${signature.toString('base64url')}`;
  }
}
