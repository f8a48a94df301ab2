/**
 * Loaded before anything else (`node --import @outlay/service-kit/telemetry.ts main.ts`): what is to be traced must be
 * hooked before main.ts imports it. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded and nothing is paid.
 */
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) (await import('./start-telemetry.ts')).startTelemetry();

export {};
