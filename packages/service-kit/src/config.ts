import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A wrong setting: the message is one line that names every wrong variable and what would be right. */
export class ConfigError extends Error {}

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** The settings that every service has. */
export const serviceSettings = (ports: { port: number; adminPort: number }) => ({
  HOST: z.string().default('0.0.0.0'),
  PORT: port(ports.port),
  ADMIN_PORT: port(ports.adminPort),
  DRAIN_MS: z.coerce.number().int().min(0).max(300_000).default(1_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default(process.stdout.isTTY ? 'pretty' : 'json'),
});

/** The settings of every service with a database. */
export const mongoSettings = {
  /** Not z.url(): a replica set names several hosts, which a WHATWG URL cannot hold. */
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://'),
  /** How long to wait at the start for a database that is being set up at the same time, as on a first install. */
  MONGODB_WAIT_SECONDS: z.coerce.number().int().min(0).max(3_600).default(0),
};

/**
 * Reads settings from the environment, or from the file that `NAME_FILE` names (as mounted secrets are).
 * An empty variable counts as unset, as in most shells' configurations.
 * @throws {ConfigError} naming every wrong variable at once
 */
export function readConfig<S extends z.ZodRawShape>(shape: S, env: NodeJS.ProcessEnv): z.output<z.ZodObject<S>> {
  const values: Record<string, string> = {};
  const wrong: string[] = [];
  for (const name of Object.keys(shape)) {
    const file = env[`${name}_FILE`];
    if (env[name]) values[name] = env[name];
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        wrong.push(
          `${name}_FILE ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'names no file' : 'cannot be read'}`,
        );
      }
    }
  }
  const result = z.object(shape).safeParse(values);
  if (!result.success)
    for (const issue of result.error.issues) {
      const name = String(issue.path[0]);
      if (!wrong.some((line) => line.startsWith(`${name}_FILE`)))
        wrong.push(`${name} ${values[name] === undefined ? 'is not set' : issue.message}`);
    }
  if (wrong.length) throw new ConfigError(`Wrong configuration: ${wrong.join('; ')}`);
  return result.data as z.output<z.ZodObject<S>>;
}
