import type { Route } from './route.js';

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#0a0e27;color:#e8ecff}
a{color:#64c8ff}table{border-collapse:collapse;width:100%}td{padding:.35rem .6rem;border-top:1px solid #ffffff22;vertical-align:top}
code{font-family:"JetBrains Mono",ui-monospace,monospace;font-size:.92em}.m{color:#ffd93d;text-transform:uppercase;width:5rem}
@media(max-width:40rem){td{display:block;border:0;padding:.1rem 0;overflow-wrap:anywhere}tr td:first-child{border-top:1px solid #ffffff22;padding-top:.5rem}}`;

/** A readable list of all calls; it loads nothing and runs nothing. */
export function docsPage(routes: readonly Route[]): string {
  const rows = routes.map(
    (r) =>
      `<tr><td class="m"><code>${r.method}</code></td><td><code>${escapeHtml(r.path)}</code></td><td>${escapeHtml(r.summary)}${r.auth === 'none' ? ' (no token)' : ''}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Glassdome Credential Broker API</title><style>${STYLE}</style>
<h1>Glassdome Credential Broker</h1>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code>. Errors are <code>application/problem+json</code> with a stable <code>code</code>.
The whole contract with every field: <a href="/openapi.json">openapi.json</a>.</p>
<table>${rows.join('')}</table></html>`;
}
