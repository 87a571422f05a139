import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { freshRecords, type TestRecords, user } from '../postgres/postgresSupport.js';

const AT = '2026-01-01T00:00:00.000Z';
const ID = randomUUID();
const SEQ = '7';

/** What somebody may send in the place of a cursor; each with the key of most lists. */
const TAMPERED: readonly (readonly unknown[])[] = [
  ['-271821-04-20T00:00:00.000Z', ID],
  ['+275760-09-13T00:00:00.000Z', ID],
  ['0000-01-01T00:00:00.000Z', ID],
  ['2026-02-31T25:00:00.000Z', ID],
  ['2026-01-01', ID],
  [1e300, ID],
  [AT, 'not-an-id'],
  [AT, `${ID}'`],
  [AT, ''],
  [AT, '\0'],
  [AT, 7],
  [AT, { id: ID }],
  [AT, [ID]],
  [AT],
  [AT, ID, ID],
  [AT, ID, '99999999999999999999999'],
  [AT, ID, '-1'],
  [AT, ID, '1e5'],
  [AT, 'x'.repeat(300), SEQ],
  [null, ID],
  [],
];
const written = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const RAW = ['', '%', 'null', written(null), written('x'), written({ length: 2 }), '\u0000', 'a'.repeat(500)];

describe('A cursor that no page gave', function () {
  this.timeout(60_000);
  let records: TestRecords;
  before(async () => {
    records = await freshRecords();
  });
  after(() => records.close());

  const lists: Record<string, (cursor: string) => Promise<unknown>> = {
    credentials: (cursor) => records.db.records.list(user('local:a'), {}, { limit: 5, cursor }),
    'all credentials': (cursor) =>
      records.db.records.list(user('local:a', 'admin'), {}, { limit: 5, cursor }),
    usage: (cursor) => records.db.records.usage(ID, { limit: 5, cursor }),
    'test runs': (cursor) => records.db.records.testRuns(ID, { limit: 5, cursor }),
    audit: (cursor) => records.db.records.auditEvents(anAdmin, {}, { limit: 5, cursor }),
    notices: (cursor) => records.db.records.notices(user('local:a', 'admin'), {}, { limit: 5, cursor }),
    deliveries: (cursor) => records.db.outbox.deliveries(ID, undefined, { limit: 5, cursor }),
    findings: (cursor) => records.db.findings.list({ resolved: true }, { limit: 5, cursor }),
    reports: (cursor) => records.db.reports.list(null, { limit: 5, cursor }),
  };
  for (const [name, list] of Object.entries(lists))
    it(`is refused as such by the list of ${name}`, async () => {
      for (const cursor of [...TAMPERED.map(written), ...RAW]) {
        const error = await list(cursor).then(
          () => null,
          (thrown: unknown) => thrown as { code: string },
        );
        expect(error?.code, Buffer.from(cursor, 'base64url').toString()).to.equal('invalid_request');
      }
      const good = name === 'audit' ? [AT, ID, SEQ] : [AT, ID];
      expect(await list(written(good))).to.have.property('items');
    });

  it('is not the only way to a time that Postgres can not hold', async () => {
    for (const ms of [8.64e15, -8.64e15, Date.UTC(300_000 % 275_000, 0)]) {
      const error = await records.db.records.auditEvents(anAdmin, { from: new Date(ms) }, { limit: 1 }).then(
        () => null,
        (thrown: unknown) => thrown as { code: string },
      );
      expect(error?.code ?? 'invalid_request').to.equal('invalid_request');
    }
  });
});
