import { expect } from 'chai';
import pg from 'pg';

export interface ReadAnswer {
  /** 0 where none came. */
  status: number;
  /** Of a problem document. */
  code: string | undefined;
  requestId: string;
  retryAfter: string | null;
  /** By `performance.now()`. */
  beganMs: number;
  endedMs: number;
}

export interface ReadLoad {
  /** All answers so far, in the order in which they came. */
  answers: ReadAnswer[];
  withStatus(status: number): ReadAnswer[];
  /** Nothing is asked any more; resolves when the last answer is there. */
  stop(): Promise<void>;
}

/** A client that got no value waits so long before it asks again. */
const AFTER_FAILURE_MS = 20;

/** So many readers of one value side by side, each asking again as soon as it was answered. */
export function startReads(read: { url: string; token: string; readers: number }): ReadLoad {
  const answers: ReadAnswer[] = [];
  let running = true;
  const reader = async () => {
    while (running) {
      const answer = await readOnce(read);
      answers.push(answer);
      if (answer.status !== 200) await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
    }
  };
  const all = Promise.all(Array.from({ length: read.readers }, reader));
  return {
    answers,
    withStatus: (status) => answers.filter((answer) => answer.status === status),
    stop: async () => {
      running = false;
      await all;
    },
  };
}

export async function readOnce({ url, token }: { url: string; token: string }): Promise<ReadAnswer> {
  const beganMs = performance.now();
  try {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const body = (await answer.json()) as { code?: string };
    const { status, headers } = answer;
    const requestId = headers.get('x-request-id') ?? '';
    const retryAfter = headers.get('retry-after');
    return { status, code: body.code, requestId, retryAfter, beganMs, endedMs: performance.now() };
  } catch {
    const nothing = { status: 0, code: undefined, requestId: '', retryAfter: null };
    return { ...nothing, beganMs, endedMs: performance.now() };
  }
}

/** Every value that was answered has its own row of audit and of that request; none may be missing. */
export async function expectRowForEach(databaseUrl: string, answers: readonly ReadAnswer[]): Promise<void> {
  const answered = answers.filter(({ status }) => status === 200).map(({ requestId }) => requestId);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select request_id from broker.audit_events
       where action = 'credential.read' and outcome = 'allowed' and request_id = any($1)`,
      [answered],
    );
    const recorded = new Set(rows.map((row) => row.request_id as string));
    expect(answered.filter((id) => !recorded.has(id))).to.deep.equal([]);
  } finally {
    await client.end();
  }
}
