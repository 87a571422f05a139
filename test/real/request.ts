import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

export interface RequestOptions {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  tls?: { ca?: string; cert?: string; key?: string };
}

/** One request to a real server, to set it up: not by the broker's own way out. */
export function request(
  url: string,
  { method = 'GET', body, headers, tls }: RequestOptions = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secure : plain;
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = send(url, { method, headers: { ...type, ...headers }, ...tls }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += String(chunk);
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
