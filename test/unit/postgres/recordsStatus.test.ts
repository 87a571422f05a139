import { expect } from 'chai';
import pg from 'pg';
import { freePort } from '../../../local/process/child.js';
import { postgresStatus } from '../../../src/adapters/postgres/recordsStatus.js';

describe('a Postgres that does not answer', () => {
  it('is logged with its address and the cause, without the login', async () => {
    const port = await freePort();
    const url = `postgres://broker_app:canary-password@127.0.0.1:${port}/broker`;
    const pool = new pg.Pool({ connectionString: url });
    const logged: unknown[][] = [];
    const ignore = () => undefined;
    const log = { info: ignore, error: ignore, warn: (...line: unknown[]) => void logged.push(line) };
    const clock = { now: () => new Date() };
    try {
      expect(await postgresStatus(pool, clock, log).health()).to.equal('unreachable');
    } finally {
      await pool.end();
    }
    const cause = { host: '127.0.0.1', port, reason: 'ECONNREFUSED' };
    expect(logged).to.deep.equal([['postgres.unhealthy', cause]]);
    expect(JSON.stringify(logged)).not.to.match(/canary|broker_app/);
  });
});
