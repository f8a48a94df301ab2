import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  service: string;
  level?: string;
  format?: 'json' | 'pretty';
}

/** JSON lines for machines, readable ones on a terminal. Names that hold secrets are cut wherever an object is logged. */
export function createLog({ service, level = 'info', format }: LogOptions, destination?: DestinationStream): Log {
  const pretty = format === 'pretty' && !destination;
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'password',
          'token',
          'refreshToken',
          'accessToken',
          'authorization',
          'cookie',
          '*.password',
          '*.token',
          '*.authorization',
          '*.cookie',
        ],
        remove: true,
      },
      ...(pretty && {
        transport: {
          target: 'pino-pretty',
          options: { ignore: 'service', messageFormat: `${service}: {msg}`, translateTime: 'HH:MM:ss.l' },
        },
      }),
    },
    ...(destination ? ([destination] as const) : []),
  );
}
