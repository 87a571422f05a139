import { type Html, html, raw } from '../../domain/text/html.js';
import { inlined, type Member, membersOf, type Schema } from './docsSchema.js';

interface Content {
  content?: Readonly<Record<string, { schema?: Schema; example?: unknown }>>;
}
interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description?: string;
  schema: Schema;
  example?: unknown;
}
interface Operation {
  summary: string;
  description?: string;
  operationId: string;
  tags: readonly string[];
  security?: readonly unknown[];
  parameters: readonly Parameter[];
  requestBody?: Content;
  responses: Readonly<Record<string, Content & { description?: string }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
interface Tag {
  name: string;
  description: string;
}
interface Call {
  method: string;
  path: string;
  operation: Operation;
}

const code = (text: string) => html`<code>${text}</code>`;
const NOTHING = raw('');

const STYLE = `:root{color-scheme:dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;background:#0a0e27;color:#e8ecff}
a{color:#64c8ff}code{font-family:"JetBrains Mono",ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem}h2{margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .3rem;color:#b8c0e8}
details{border-top:1px solid #ffffff22;padding:.5rem 0}summary{cursor:pointer}summary:focus-visible{outline:2px solid #64c8ff;outline-offset:2px}
.m{color:#ffd93d;display:inline-block;min-width:4rem;text-transform:uppercase}.s{color:#b8c0e8}
pre{background:#ffffff0d;padding:.6rem;overflow:auto;font-size:.85em}table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:.95em}td{overflow-wrap:anywhere}th{text-align:left;color:#b8c0e8;font-weight:400}th,td{padding:.25rem .6rem .25rem 0;border-top:1px solid #ffffff14;vertical-align:top}
@media(max-width:40rem){thead{display:none}td{display:block;border:0;padding:.05rem 0;overflow-wrap:anywhere}tr{display:block;border-top:1px solid #ffffff14;padding:.4rem 0}summary .s{display:block}}`;

/** A readable page of all calls with their fields, from the OpenAPI document; it loads nothing and runs nothing. */
export function docsPage(document: Readonly<Record<string, unknown>>): string {
  const { paths, tags } = inlined(document) as { paths: Paths; tags: readonly Tag[] };
  const calls = callsOf(paths);
  const sections = tags.map((tag) =>
    section(
      tag,
      calls.filter(({ operation }) => operation.tags.includes(tag.name)),
    ),
  );
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Glassdome Credential Broker API</title><style>${raw(STYLE)}</style>
<h1>Glassdome Credential Broker</h1>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code> and JSON. Errors are <code>application/problem+json</code> with a stable
<code>code</code> and, where a field is wrong, <code>fields</code> that name it and the rule. The same as a file for tools:
<a href="/openapi.json">openapi.json</a>.</p>
<nav aria-label="Subjects">${tags.map(({ name }) => html`<a href="#${name}">${name}</a>`)}</nav>
${sections}</html>`.markup;
}

function callsOf(paths: Paths): Call[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

const section = ({ name, description }: Tag, calls: readonly Call[]) =>
  html`<h2 id="${name}">${name}</h2><p>${prose(description)}</p>${calls.map(entry)}`;

function entry({ method, path, operation }: Call): Html {
  const { summary, description, operationId, security, parameters, requestBody, responses } = operation;
  const [status = '', answer] = Object.entries(responses).find(([key]) => key.startsWith('2')) ?? [];
  const body = Object.values(requestBody?.content ?? {})[0];
  const [type, content] = Object.entries(answer?.content ?? {})[0] ?? [];
  const types = type === undefined ? [] : [type, ...Object.keys(answer?.content ?? {}).slice(1)];
  const errors = Object.entries(responses).filter(([key]) => /^[3-5]\d\d$/.test(key));
  return html`<details id="${operationId}"><summary><code class="m">${method}</code>${code(path)} <span class="s">${summary}${security === undefined ? '' : ' (no token)'}</span></summary>
${description === undefined ? NOTHING : html`<p>${prose(description)}</p>`}
${table('Parameters', parameters.map(parameter))}${fields('Body', body?.schema)}${example(body?.example)}
<h3>Answer ${status}, ${types.length === 0 ? 'empty' : alternatives(types)}</h3>${fields('', content?.schema)}${example(content?.example)}
<h3>Errors</h3><ul>${errors.map(([key, error]) => html`<li>${key}: ${prose(error.description ?? '')}</li>`)}</ul></details>`;
}

const alternatives = (types: readonly string[]) =>
  types.map((type, index) => html`${index === 0 ? '' : ' or '}${code(type)}`);

const fields = (title: string, schema: Schema | undefined) =>
  schema === undefined ? NOTHING : table(title, membersOf(schema));

const example = (value: unknown) =>
  value === undefined
    ? NOTHING
    : html`<h3>Example</h3><pre>${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>`;

/** A description, in which backticks mark code. */
const prose = (text: string) =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? code(part) : html`${part}`));

function parameter({ name, in: place, required, description, schema, example: shown }: Parameter): Member {
  const [own] = membersOf({ properties: { [name]: schema } });
  const sample = shown === undefined ? undefined : `such as ${shown}`;
  const note = [`in the ${place === 'header' ? 'headers' : place}`, description, own?.note, sample].filter(
    Boolean,
  );
  return { name, type: own?.type ?? '', required, note: note.join('; ') };
}

function table(title: string, members: readonly Member[]): Html {
  if (members.length === 0) return NOTHING;
  const rows = members.map(
    ({ name, type, required, note }) =>
      html`<tr><td>${code(name)}${required ? NOTHING : raw(' <span class="s">optional</span>')}</td><td>${type}</td><td>${prose(note)}</td></tr>`,
  );
  const heading = title === '' ? NOTHING : html`<h3>${title}</h3>`;
  return html`${heading}<table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Rule</th></tr></thead><tbody>${rows}</tbody></table>`;
}
