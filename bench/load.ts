import { getRequest, HttpConnection } from './httpConnection.js';

export interface Target {
  origin: string;
  headers(): Record<string, string>;
  /** Asked for in turn, so that neighbours in time never share one. */
  paths: readonly string[];
}

export interface Load {
  answered: number;
  /** Answers that were not 200. */
  refused: number;
  seconds: number;
  /** Milliseconds, sorted. */
  latencies: number[];
}

/** `concurrency` connections, each of which sends its next request when it has the answer to the last. */
export async function runLoad(target: Target, concurrency: number, seconds: number): Promise<Load> {
  const requests = target.paths.map((path) => getRequest(target.origin, path, target.headers()));
  const connections = await Promise.all(
    Array.from({ length: concurrency }, () => HttpConnection.open(target.origin)),
  );
  const latencies: number[] = [];
  let next = 0;
  let refused = 0;
  const began = performance.now();
  const endsAt = began + seconds * 1_000;
  const worker = async (connection: HttpConnection): Promise<void> => {
    for (let sentAt = performance.now(); sentAt < endsAt; ) {
      const request = requests[next++ % requests.length] as Buffer;
      const { status } = await connection.send(request);
      const at = performance.now();
      latencies.push(at - sentAt);
      if (status !== 200) refused += 1;
      sentAt = at;
    }
  };
  await Promise.all(connections.map(worker));
  const took = (performance.now() - began) / 1_000;
  for (const connection of connections) connection.close();
  latencies.sort((a, b) => a - b);
  return { answered: latencies.length, refused, seconds: took, latencies };
}
