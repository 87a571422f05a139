import type { SimulatedAnswer, SimulatedRequest } from '../services/simulator.js';

/** What says how or where, not who: nobody has to hide it. */
const HARMLESS = new Set([
  'host',
  'connection',
  'content-type',
  'content-length',
  'transfer-encoding',
  'user-agent',
  'accept',
  'accept-encoding',
  'soapaction',
  'wsmanidentify',
  'anthropic-version',
  'x-amz-date',
  'x-tenant-id',
  'x-organization-id',
  'openai-organization',
  'openai-project',
  'x-scope-orgid',
  'x-grafana-org-id',
  'x-kind',
]);

/** What of a request proves who sent it, whole and in the parts that a host may print one by one. */
export function provingParts({ headers, body }: SimulatedRequest): string[] {
  const values = Object.entries(headers)
    .filter(([name]) => !HARMLESS.has(name))
    .map(([name, value]) => [name, String(value)] as const);
  const form = [...new URLSearchParams(body)].filter(([name]) =>
    /^(client_secret|password|assertion)$/.test(name),
  );
  const soap = /<password>([^<]*)</.exec(body)?.[1];
  return [
    ...values.flatMap(([name, value]) => (name === 'cookie' ? cookieParts(value) : partsOf(value))),
    ...form.map(([, value]) => value),
    ...(soap === undefined ? [] : [soap]),
  ];
}

function partsOf(value: string): string[] {
  const parts = [value];
  const [, behind] = /^\S+ (.+)$/.exec(value) ?? [];
  if (behind !== undefined) parts.push(behind);
  if (/^Basic /.test(value)) {
    const pair = Buffer.from(behind ?? '', 'base64').toString();
    parts.push(pair, pair.slice(pair.indexOf(':') + 1));
  }
  const [, signature] = /Signature=(\w+)/.exec(value) ?? [];
  if (signature !== undefined) parts.push(signature);
  return parts;
}

function cookieParts(value: string): string[] {
  const inside = value.slice(value.indexOf('=') + 1);
  return [value, inside, decodeURIComponent(inside)];
}

/** A place of an answer where a host may say something: changes the answer so that it says `words` there. */
export type Place = (answer: SimulatedAnswer, words: string) => SimulatedAnswer;

/** Every place of an answer, one after the other: reason phrase, each header, each text and key of its body. */
export function placesOf(answer: SimulatedAnswer): Place[] {
  const names = [...Object.keys(answer.headers ?? {}), 'openai-organization', 'anthropic-organization-id'];
  const headers = names
    .filter((name) => name !== 'content-type' && name !== 'set-cookie')
    .map(
      (name): Place =>
        (one, words) => ({ ...one, headers: { ...one.headers, [name]: oneLine(words) } }),
    );
  const phrase: Place = (one, words) => ({ ...one, statusText: oneLine(words) });
  return [
    phrase,
    ...headers,
    ...(typeof answer.body === 'string' ? inXml(answer.body) : inJson(answer.body)),
  ];
}

const oneLine = (words: string) => words.replace(/[^ -~]/g, ' ');

function inXml(body: string): Place[] {
  const texts = [...body.matchAll(/>([^<>\s][^<>]*)</g)];
  return texts.map(({ index = 0, 1: text = '' }) => (one, words) => {
    const whole = String(one.body);
    const escaped = words.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
    return { ...one, body: `${whole.slice(0, index + 1)}${escaped}${whole.slice(index + 1 + text.length)}` };
  });
}

type Path = readonly (string | number)[];

function inJson(body: object | undefined): Place[] {
  const paths = leavesOf(body, []);
  return paths.flatMap((path): Place[] => {
    const text: Place = (one, words) => ({ ...one, body: changed(one.body, path, () => words) as object });
    const key: Place = (one, words) => ({
      ...one,
      body: changed(one.body, path.slice(0, -1), (owner) => ({ ...(owner as object), [words]: 1 })) as object,
    });
    return typeof path.at(-1) === 'string' ? [text, key] : [text];
  });
}

function leavesOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function changed(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one, n) => (n === first ? changed(one, rest, change) : one));
  const owner = (value ?? {}) as Record<string, unknown>;
  return { ...owner, [first]: changed(owner[first], rest, change) };
}
