import type { Response } from 'express';
import { EventStream, NotModified, Redirect, Reply, TextReply } from './reply.js';
import type { Route } from './route.js';

const UNCACHED = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
const EVENTS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

/** The status of success of a row. */
export const statusOf = ({ status, answer, stream }: Route): number =>
  status ?? (answer === undefined && stream !== true ? 204 : 200);

/** Sends what the handler of a row returned. */
export async function sendReply(row: Route, response: Response, result: unknown): Promise<void> {
  if (row.reveals === true || row.answersSecret === true) response.set(UNCACHED);
  if (result instanceof EventStream) {
    response.status(200).set(EVENTS);
    return result.write(response);
  }
  if (result instanceof NotModified) return void response.status(304).set(result.headers).end();
  if (result instanceof TextReply) {
    if (result.filename !== undefined) response.attachment(result.filename);
    return void response.type(result.type).send(result.text);
  }
  response.status(statusOf(row));
  if (result instanceof Redirect) {
    const { location, cookies } = result;
    return void response.set({ ...UNCACHED, Location: location, 'Set-Cookie': [...cookies] }).end();
  }
  const body: unknown = result instanceof Reply ? result.body : result;
  if (result instanceof Reply) response.set(result.headers);
  if (body === undefined) response.end();
  else response.json(body);
}
