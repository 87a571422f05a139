import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { licences } from './licences.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page into `dist/web`. The broker serves it, and puts a nonce of its own into each response. */
export default defineConfig({
  root: at('.'),
  plugins: [react(), licences()],
  html: { cspNonce: '__NONCE__' },
  build: { outDir: at('../../dist/web'), emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
});
