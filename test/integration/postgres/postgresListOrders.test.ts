import { expect } from 'chai';
import type { Caller } from '../../../src/domain/access/caller.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import { HEALTHS } from '../../../src/domain/credentials/credential.js';
import { LIST_ORDERS, type ListOrder } from '../../../src/domain/credentials/listOrder.js';
import { SERVICE_GROUPS } from '../../../src/domain/credentials/serviceGroups.js';
import { SERVICE_TYPES } from '../../../src/domain/credentials/serviceType.js';
import type { ListFilter } from '../../../src/ports/credentials.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { codeOf, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

const anna = user('glassdome:1');
const day = 86_400_000;

describe('Postgres lists credentials in every order', () => {
  let records: TestRecords;
  beforeEach(async () => {
    records = await freshRecords();
  });
  afterEach(() => records.close());

  const walk = async (
    filter: ListFilter,
    caller: Caller,
    between: () => Promise<void> = async () => undefined,
  ): Promise<Credential[]> => {
    const seen: Credential[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.db.records.list(caller, filter, { limit: 3, ...(cursor && { cursor }) });
      seen.push(...page.items.map((item) => item.credential));
      cursor = page.nextCursor;
      await between();
    } while (cursor !== undefined);
    return seen;
  };
  const base = new Date('2026-01-01T00:00:00.007Z');
  const some = (n: number): Credential =>
    aCredential({
      name:
        ['beta', 'Alpha', 'beta 2', 'Ölap', '"\\ 🔑', 'x'.repeat(255)][n % 6] +
        String(n % 2 === 0 ? n : ''.padEnd(n % 7, '_') + n).slice(0, n % 6 === 5 ? 0 : 9),
      serviceType: SERVICE_TYPES[n % SERVICE_TYPES.length] as Credential['serviceType'],
      health: HEALTHS[n % HEALTHS.length] as Credential['health'],
      expiresAt: n % 3 === 0 ? null : new Date(base.getTime() + (n % 4) * day),
      lastTestedAt: n % 4 === 0 ? null : new Date(base.getTime() + (n % 5) * day),
      createdAt: new Date(base.getTime() + (n % 6) * day),
      owner: `glassdome:${n % 6 === 5 ? n + 10 : 1}`,
    });

  for (const order of LIST_ORDERS) {
    it(`shows each once by ${order}, while others are added, to an owner, to those it is shared with, and to an admin`, async () => {
      const { db } = records;
      const old = Array.from({ length: 29 }, (_, n) => some(n));
      await store(db, ...old);
      const shared = old.filter(({ owner }) => owner !== 'glassdome:1').map(({ id }) => id);
      await records.owner.query(SHARE, [shared]);
      let n = 0;
      const add = () =>
        store(
          db,
          some(n++ % 2 === 0 ? 100 + n * 6 : 101 + n * 6 + 4),
          aCredential({ owner: 'glassdome:other' }),
        );
      for (const caller of [anna, anAdmin]) {
        const known = new Set(old.map(({ id }) => id));
        const seen = await walk({ order }, caller, add);
        const ids = seen.map(({ id }) => id);
        expect(new Set(ids).size, 'nothing twice').to.equal(ids.length);
        expect(
          ids.filter((id) => known.has(id)),
          'all that were there',
        ).to.have.lengthOf(old.length);
        const keys = seen.map((each) => keyOf(order, each));
        expect(keys).to.deep.equal(sorted(order, keys));
        if (caller === anna)
          expect(seen.filter(({ owner }) => owner === 'glassdome:other')).to.deep.equal([]);
      }
    });
  }

  it('refuses a cursor of another order, or with other keys', async () => {
    await store(records.db, ...Array.from({ length: 4 }, (_, n) => some(n)));
    const { nextCursor: cursor = '' } = await records.db.records.list(anna, { order: 'name' }, { limit: 1 });
    const text = (parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const id = aCredential().id;
    const wrong: [ListOrder, string][] = [
      ['-name', cursor],
      ['-created_at', cursor],
      ['group', cursor],
      ['name', text(['name', 'a'])],
      ['name', text(['name', 'a', 'b'])],
      ['name', text(['name', 'a\0', id])],
      ['group', text(['group', 'a', 'b', id])],
      ['expires_at', text(['expires_at', 'now', id])],
      ['expires_at', text(['expires_at', '2026-02-31 00:00:00+00', id])],
      ['expires_at', text(['expires_at', '2026-02-03 00:00:00+99', id])],
      ['expires_at', text(['expires_at', '2026-02-03 00:00:00+15:99', id])],
      ['created_at', text(['created_at', '2026-02-03 99:00:00-16:00:00', id])],
      ['name', text(['name', 'a', id, 'more'])],
    ];
    for (const [order, odd] of wrong)
      expect(await codeOf(records.db.records.list(anna, { order }, { limit: 1, cursor: odd })), odd).to.equal(
        'invalid_request',
      );
  });
});

/** What the order compares, as Postgres does. */
function keyOf(order: ListOrder, { name, serviceType, health, ...c }: Credential): (number | string)[] {
  const none = order.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const lower = Buffer.from(name.toLowerCase()).toString('hex');
  const key = order.replace('-', '');
  const group = SERVICE_GROUPS.findIndex(({ types }) => (types as readonly string[]).includes(serviceType));
  const worst = ['rejected', 'unreachable', 'limited', 'unchecked', 'ok'].indexOf(health);
  const keys: Record<string, (number | string)[]> = {
    group: [group, lower],
    name: [lower],
    health: [worst, lower],
    expires_at: [c.expiresAt?.getTime() ?? none],
    last_tested_at: [c.lastTestedAt?.getTime() ?? none],
    created_at: [c.createdAt.getTime()],
  };
  return [...(keys[key] ?? []), c.id];
}

function sorted(order: ListOrder, keys: (number | string)[][]): (number | string)[][] {
  const compare = (a: (number | string)[], b: (number | string)[]): number => {
    const at = a.findIndex((part, n) => part !== b[n]);
    return at === -1 ? 0 : (a[at] as number) < (b[at] as number) ? -1 : 1;
  };
  const up = [...keys].sort(compare);
  return order.startsWith('-') ? up.reverse() : up;
}

const SHARE = `
  insert into broker.grants (credential_id, subject_kind, subject, level, created_at, created_by)
  select c.id, 'user', 'glassdome:1', 'use', now(), 'x' from broker.credentials c where c.id = any ($1::uuid[])`;
