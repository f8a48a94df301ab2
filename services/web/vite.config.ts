import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the gateway; the built page is served by the gateway itself. */
const gateway = process.env.OUTLAY_GATEWAY ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    // The oldest that know light-dark() and the methods of Set.
    target: ['chrome123', 'firefox127', 'safari17.5'],
    // The content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    // ECharts, which the overview fetches after its figures.
    chunkSizeWarningLimit: 600,
    rolldownOptions: { input: ['index.html', 'docs.html'] },
  },
  server: { proxy: { '/api': gateway } },
});
