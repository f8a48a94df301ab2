import { z } from 'zod';
import { Id, Instant, text } from './common.ts';

/** Addresses are compared in lower case; longer ones than RFC 5321 allows are refused. */
export const Email = z
  .email()
  .max(254)
  .regex(/^[^@]{1,64}@/, 'must have at most 64 characters before the @')
  .meta({ examples: ['ada@example.org'] });
export const passwordMin = 10;
const NewPassword = z
  .string()
  .min(passwordMin)
  .max(200)
  .meta({
    description: 'At least 10 characters (NIST SP 800-63B: length, no composition rules)',
    examples: ['correct horse battery'],
  });

const delivery = z.enum(['cookie', 'body']).default('cookie').meta({
  description: 'How the refresh token is handed over: an HttpOnly cookie (browsers) or `refreshToken` in the body',
});

export const Registration = z
  .strictObject({
    email: Email,
    password: NewPassword,
    name: text(100)
      .min(1)
      .meta({ examples: ['Ada Lovelace'] }),
    delivery,
  })
  .meta({ id: 'Registration' });
export const Login = z
  .strictObject({ email: Email, password: z.string().min(1).max(200), delivery })
  .meta({ id: 'Login' });
export const Refresh = z
  .strictObject({
    refreshToken: z.string().max(500).optional().meta({ description: 'Only where there is no cookie' }),
    delivery,
  })
  .meta({ id: 'Refresh' });
export const Logout = z.strictObject({ refreshToken: z.string().max(500).optional() }).meta({ id: 'Logout' });

export const User = z.object({ id: Id, email: Email, name: z.string(), createdAt: Instant }).meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const UserPatch = z
  .strictObject({
    name: text(100).min(1),
    password: z
      .strictObject({ current: z.string().min(1).max(200), new: NewPassword })
      .meta({ description: 'A new password ends every session but the one that sets it' }),
  })
  .partial()
  .meta({ id: 'UserPatch' });
export type UserPatch = z.infer<typeof UserPatch>;

export const Session = z
  .object({
    accessToken: z.string().meta({ description: 'JWT (RFC 9068): send as `Authorization: Bearer …`' }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires', examples: [600] }),
    refreshToken: z.string().optional().meta({ description: 'Only where the request said `"delivery": "body"`' }),
    user: User,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/** RFC 7517: the keys that access tokens are verified by. */
export const JwkSet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.enum(['EC', 'RSA']),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.enum(['ES256', 'RS256']),
        crv: z.string().optional(),
        x: z.string().optional(),
        y: z.string().optional(),
        n: z.string().optional(),
        e: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'JwkSet' });
export type JwkSet = z.infer<typeof JwkSet>;
