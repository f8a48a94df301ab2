/**
 * Loaded before anything else (`node --import @outlay/service-kit/telemetry.ts main.ts`): an import in main.ts would come
 * too late to hook ES modules. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded and nothing is paid.
 */
import { register } from 'node:module';

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  // The loader must stand before the SDK and the libraries that it patches are imported.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const { startTelemetry } = await import('./start-telemetry.ts');
  startTelemetry();
}
