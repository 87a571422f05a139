import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Express, Request, Response } from 'express';

/** Where the build puts the page: `dist/web`, next to `dist/src`. */
const BUILT = fileURLToPath(new URL('../../../web', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** What the page's own router shows. Everything else that is not there stays a 404 of the API. */
export const PAGES =
  /^\/(?:$|(?:login|cli-login|overview|credentials|offers|people|reports|audit|notifications|import|settings)(?:\/|$))/;

interface Asset {
  type: string;
  plain: Buffer;
  /** Made when it is first asked for. */
  gzip?: Buffer;
  cache: string;
}

/**
 * Serves the web page on the origin of the API. Its HTML gets a fresh nonce in each response, without which no script
 * and no style element counts; assets have a hash of their content in their name, and stay in caches.
 */
export function addPage(app: Express, folder: string = BUILT): void {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    app.get('/', (_request, response) => response.redirect(302, '/docs'));
    return;
  }
  const html = readFileSync(index, 'utf8');
  const assets = readAssets(folder);
  app.get(PAGES, (_request, response) => sendHtml(response, html));
  app.get(/^\/(?:assets\/[^/]+|icon\.svg|licences\.txt)$/, (request, response, next) => {
    const asset = assets.get(request.path);
    if (asset === undefined) next();
    else sendAsset(request, response, asset);
  });
}

function readAssets(folder: string): Map<string, Asset> {
  const names = [
    ...readdirSync(join(folder, 'assets')).map((name) => `/assets/${name}`),
    '/icon.svg',
    '/licences.txt',
  ];
  return new Map(names.map((name) => [name, readAsset(folder, name)]));
}

function readAsset(folder: string, name: string): Asset {
  const plain = readFileSync(join(folder, name));
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  const cache = name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  return { type, plain, cache };
}

function sendAsset(request: Request, response: Response, asset: Asset): void {
  const { type, plain, cache } = asset;
  const zipped = request.acceptsEncodings('gzip') === 'gzip';
  response.set({ 'Content-Type': type, 'Cache-Control': cache, Vary: 'Accept-Encoding' });
  if (zipped) response.set('Content-Encoding', 'gzip');
  response.end(zipped ? zippedOf(asset) : plain);
}

function zippedOf(asset: Asset): Buffer {
  asset.gzip ??= gzipSync(asset.plain, { level: 9 });
  return asset.gzip;
}

function sendHtml(response: Response, html: string): void {
  const nonce = randomBytes(16).toString('base64');
  response.set({ 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-store' });
  response.type('html').send(html.replaceAll('__NONCE__', nonce));
}

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
