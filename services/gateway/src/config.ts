import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readConfig } from '@outlay/service-kit/config.ts';
import { z } from 'zod';
import type { Bootstrap } from './bootstrap/bootstrap-schema.ts';
import { loadBootstrap } from './bootstrap/load-bootstrap.ts';

const shipped = fileURLToPath(new URL('../gateway.yaml', import.meta.url));

const settings = {
  /** The YAML file of listeners, routes and clusters; what it takes from the environment stands in it. */
  GATEWAY_CONFIG: z.string().min(1).default(shipped),
  /** How often is looked whether that file has changed. */
  GATEWAY_CONFIG_POLL_MS: z.coerce.number().int().min(10).max(3_600_000).default(1_000),
  /** Our own tokens, one file per audience. */
  WORKLOAD_TOKEN_DIR: z.string().min(1).optional(),
  DRAIN_MS: z.coerce.number().int().min(0).max(300_000).default(1_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default(process.stdout.isTTY ? 'pretty' : 'json'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('gateway'),
};

export interface GatewaySettings {
  readonly bootstrap: Bootstrap;
  /** Where that was read, and its text; a change of it comes through `readBootstrap`. */
  readonly configFile: string;
  readonly configText: string;
  readonly configPollMs: number;
  /** Reads another version of the file. @throws {ConfigError} */
  readonly readBootstrap: (text: string) => Bootstrap;
  readonly workloadTokenDirectory: string | undefined;
  readonly drainMs: number;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'pretty';
  readonly otlpEndpoint: string | undefined;
  readonly serviceName: string;
}

/**
 * Reads the environment and the file that it names.
 * @throws {ConfigError} one line that names every wrong variable, or every wrong place of the file
 */
export function readSettings(env: NodeJS.ProcessEnv): GatewaySettings {
  const read = readConfig(settings, env);
  const readBootstrap = (text: string): Bootstrap => {
    const bootstrap = loadBootstrap(text, basename(read.GATEWAY_CONFIG), env);
    const needsTokens = bootstrap.clusters.find((cluster) => cluster.workload_audience !== undefined);
    if (needsTokens && read.WORKLOAD_TOKEN_DIR === undefined)
      throw new ConfigError(
        `Wrong configuration: WORKLOAD_TOKEN_DIR is not set, but the cluster "${needsTokens.name}" has a workload_audience`,
      );
    return bootstrap;
  };
  const configText = textOf(read.GATEWAY_CONFIG);
  return {
    bootstrap: readBootstrap(configText),
    configFile: read.GATEWAY_CONFIG,
    configText,
    configPollMs: read.GATEWAY_CONFIG_POLL_MS,
    readBootstrap,
    workloadTokenDirectory: read.WORKLOAD_TOKEN_DIR,
    drainMs: read.DRAIN_MS,
    logLevel: read.LOG_LEVEL,
    logFormat: read.LOG_FORMAT,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
    serviceName: read.OTEL_SERVICE_NAME,
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Wrong configuration: GATEWAY_CONFIG names ${path}, which cannot be read`, { cause });
  }
}
