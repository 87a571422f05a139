import { createHmac, createPublicKey, type KeyObject } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { AUDIT_COLUMNS } from '../../../src/adapters/postgres/audit/auditRow.js';
import { exportLines, type Source } from '../../../src/cli/audit/exportFile.js';
import { rowOf } from '../../../src/cli/audit/lines.js';
import { verifyFile } from '../../../src/cli/audit/offline.js';
import type { AuditRow } from '../../../src/domain/audit/audit.js';
import { chainStart, emptyChain, hashRow, link, type RowKey } from '../../../src/domain/audit/auditChain.js';
import { payloadHash } from '../../../src/domain/audit/checkpoint.js';
import { MARKER_PATH } from '../../../src/usecases/reconcile/restoreMarker.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { anEvent } from '../postgres/postgresSupport.js';

const TABLES = ['audit_events', 'audit_checkpoints'];
const DAY = 86_400_000;
/** A chain of a broker that has ended; the one that serves goes on with its own. */
const CHAIN = 'reads-0';
const READS = `chain = '${CHAIN}'`;

/** As somebody who has only Postgres: the owner of the tables, or the role that the broker runs as. */
type Edit = (as: pg.Pool, rows: AuditRow[]) => Promise<unknown>;

const sql =
  (text: string): Edit =>
  (as) =>
    as.query(text);

async function insert(as: pg.Pool, rows: readonly AuditRow[]): Promise<void> {
  for (const row of rows)
    await as.query(
      `insert into broker.audit_events (chain, seq, at, action, outcome, actor, actor_kind, request_id, ip, credential_id,
         version, code, used_by, purpose, break_glass, break_glass_reason, details, prev_hash, hash, mac)
       values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)`,
      [
        ...[row.chain, row.seq, row.at, row.action, row.outcome, row.actor, row.actorKind, row.requestId],
        ...[row.ip, row.credentialId, row.version, row.code, row.usedBy, row.purpose, row.breakGlass],
        ...[row.breakGlassReason, JSON.stringify(row.details), row.prevHash, row.hash, row.mac],
      ],
    );
}

/** The rows of a chain with another reader from a number on, hashed again as the broker would. */
function rehashed(
  rows: readonly AuditRow[],
  from: number,
  mac: (row: AuditRow) => string | null,
): AuditRow[] {
  let prevHash = rows[0]?.prevHash ?? '';
  return rows.map((row) => {
    const made = { ...row, ...(row.seq >= from && { actor: 'local:innocent', mac: mac(row) }), prevHash };
    made.hash = hashRow(made);
    prevHash = made.hash;
    return made;
  });
}

const rewrite =
  (from: number, mac: (row: AuditRow) => string | null): Edit =>
  async (as, rows) => {
    await as.query('delete from broker.audit_events where chain = $1', [rows[0]?.chain]);
    await insert(as, rehashed(rows, from, mac));
  };

const append =
  (mac: (last: AuditRow) => string | null, agoMs = 0): Edit =>
  async (as, rows) => {
    const last = rows.at(-1) as AuditRow;
    const at = new Date(Date.now() - agoMs);
    const [row] = link(last, [anEvent({ actor: 'local:framed' })], { at, key: { mac: () => 'x' } });
    await insert(as, [{ ...(row as AuditRow), mac: mac(last) }]);
  };

const invent =
  (agoMs: number, continues = false): Edit =>
  async (as, rows) => {
    const last = continues ? (rows.at(-1) as AuditRow) : null;
    const previous = last && { chain: last.chain, seq: last.seq, hash: last.hash };
    const at = new Date(Date.now() - agoMs);
    const events = [chainStart(previous), anEvent({ actor: 'local:framed' })];
    await insert(as, link(emptyChain('reads-invented', previous), events, { at, key: null }));
  };

const forgedCheckpoint =
  (number: string, at: Date): Edit =>
  async (as, rows) => {
    const { chain, seq, hash } = rows.at(-1) as AuditRow;
    const payload = JSON.stringify({
      number: Number(number),
      at,
      previous: null,
      heads: [{ chain, seq, hash }],
    });
    await as.query('insert into broker.audit_checkpoints values ($1, $2, $3, $4)', [
      ...[number, at, payload, `vault:v1:${Buffer.alloc(64).toString('base64')}`],
    ]);
  };

const OF_OWNER: Record<string, Edit> = {
  'a reader changed': sql(`update broker.audit_events set actor = 'x' where ${READS} and seq = 3`),
  'a reader changed and its row hashed again': (as, rows) => {
    const row = { ...(rows[3] as AuditRow), actor: 'local:innocent' };
    return as.query('update broker.audit_events set actor = $1, hash = $2 where chain = $3 and seq = 3', [
      ...[row.actor, hashRow(row), row.chain],
    ]);
  },
  'a chain rewritten from the second row on, keyed hashes kept': rewrite(2, (row) => row.mac),
  'a chain rewritten without keyed hashes': rewrite(1, () => null),
  'the unsigned tail rewritten': rewrite(8, (row) => row.mac),
  'a chain rewritten with keyed hashes of an unknown version': rewrite(2, () => `99:${'A'.repeat(43)}`),
  'keyed hashes taken away': sql(`update broker.audit_events set mac = null where ${READS}`),
  'a keyed hash moved from another row': sql(
    `update broker.audit_events set hash = (select hash from broker.audit_events where ${READS} and seq = 4)
     where ${READS} and seq = 3`,
  ),
  'a time moved by a microsecond': sql(
    `update broker.audit_events set at = at + interval '1 microsecond' where ${READS} and seq = 3`,
  ),
  'a time moved by an hour': sql(
    `update broker.audit_events set at = at - interval '1 hour' where ${READS} and seq = 3`,
  ),
  'details changed': sql(
    `update broker.audit_events set details = details || '{"zeta": 2}' where ${READS} and seq = 3`,
  ),
  'an outcome changed': sql(`update broker.audit_events set outcome = 'denied' where ${READS} and seq = 3`),
  'a break-glass flag taken away': sql(
    `update broker.audit_events set break_glass = not break_glass where ${READS} and seq = 3`,
  ),
  'a row deleted': sql(`delete from broker.audit_events where ${READS} and seq = 3`),
  'the signed end deleted': sql(`delete from broker.audit_events where ${READS} and seq > 5`),
  'the beginning deleted': sql(`delete from broker.audit_events where ${READS} and seq < 3`),
  'a chain deleted': sql(`delete from broker.audit_events where ${READS}`),
  'two rows that changed places': sql(
    `update broker.audit_events set seq = -3 where ${READS} and seq = 3;
     update broker.audit_events set seq = 3 where ${READS} and seq = 4;
     update broker.audit_events set seq = 4 where ${READS} and seq = -3`,
  ),
  'a row moved to another chain': sql(
    `update broker.audit_events set chain = 'reads-another' where ${READS} and seq = 3`,
  ),
  'a checkpoint deleted': sql('delete from broker.audit_checkpoints where number = 1'),
  'the newest checkpoint deleted': sql(
    'delete from broker.audit_checkpoints where number = (select max(number) from broker.audit_checkpoints)',
  ),
  'the newest rows and checkpoint deleted': sql(
    `delete from broker.audit_events where ${READS} and seq > 5;
     delete from broker.audit_checkpoints where number > 1`,
  ),
  'all checkpoints deleted': sql('delete from broker.audit_checkpoints'),
  'the date of a checkpoint moved to 2099': sql(
    `update broker.audit_checkpoints set at = '2099-01-01'
     where number = (select max(number) from broker.audit_checkpoints)`,
  ),
  'the date of a checkpoint moved by a microsecond': sql(
    `update broker.audit_checkpoints set at = at + interval '1 microsecond' where number = 1`,
  ),
  'the payload of a checkpoint changed': sql(
    `update broker.audit_checkpoints set payload = replace(payload, '"seq":', '"seq": ') where number = 1`,
  ),
  'two checkpoints swapped': sql(
    `update broker.audit_checkpoints c set payload = o.payload, signature = o.signature
     from broker.audit_checkpoints o where c.number = 3 - o.number and c.number in (1, 2)`,
  ),
  'a checkpoint replaced by an older one': sql(
    `update broker.audit_checkpoints c set payload = o.payload, signature = o.signature
     from broker.audit_checkpoints o where o.number = 1 and c.number = 2`,
  ),
};

/** What a role that may only insert can do, and so the owner too. */
const OF_ANYBODY: Record<string, Edit> = {
  'a row doubled': (as, rows) => insert(as, [{ ...(rows[3] as AuditRow), at: new Date() }]),
  'a row appended to a chain that rests': append(() => null),
  'a row appended with the keyed hash of another': append((last) => last.mac),
  'a row of an hour ago appended': append((last) => last.mac, 3_600_000),
  'a chain invented': invent(0),
  'a chain of last week invented': invent(7 * DAY),
  'a chain invented that continues another': invent(0, true),
  'a checkpoint forged': forgedCheckpoint('3', new Date()),
  'a checkpoint forged for 2099': forgedCheckpoint('3', new Date('2099-01-01')),
  'a checkpoint with a huge number': forgedCheckpoint('9223372036854775807', new Date()),
};

describe('The audit in the hands of somebody who holds Postgres', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let owner: pg.Pool;
  let app: pg.Pool;
  let folder: string;
  let file: string;
  let keys: KeyObject[];
  let source: Source;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Pool({ connectionString: broker.database.ownerUrl, max: 2 });
    app = new pg.Pool({ connectionString: broker.database.appUrl, max: 2 });
    folder = mkdtempSync(join(tmpdir(), 'broker-audit-'));
    file = join(folder, 'audit.jsonl');
    source = {
      api: { server: { origin: broker.url } },
      call: async (path, { method = 'GET' } = {}) => {
        const { body } = await broker.call(broker.admin.token, method, path);
        return { body, etag: null, date: null };
      },
    };
    const { body } = await broker.call(broker.admin.token, 'GET', '/api/audit/key');
    keys = body.keys.map((key: { public_key: string }) => createPublicKey(key.public_key));
    const events = Array.from({ length: 9 }, (_, n) => anEvent({ actor: `local:reader-${n}` }));
    const made = link(emptyChain(CHAIN, null), [chainStart(null), ...events], {
      at: new Date(),
      key: await keyOf(CHAIN),
    });
    await insert(owner, made.slice(0, 7));
    await broker.call(broker.admin.token, 'POST', '/api/audit/checkpoints');
    await insert(owner, made.slice(7));
    await broker.call(broker.admin.token, 'POST', '/api/audit/checkpoints');
    await remember();
    for (const table of TABLES)
      await owner.query(`create table broker.kept_${table} as select * from broker.${table}`);
  });
  after(async () => {
    await owner?.end();
    await app?.end();
    rmSync(folder, { recursive: true, force: true });
    await broker?.stop();
  });

  /** As a broker that may ask Vault. */
  async function keyOf(chain: string): Promise<RowKey> {
    const input = Buffer.from(JSON.stringify(['audit chain', chain])).toString('base64');
    const answer = await fetch(`${broker.vault.address}/v1/transit/hmac/broker-audit-rows/sha2-256`, {
      method: 'POST',
      headers: { 'X-Vault-Token': broker.vault.rootToken },
      body: JSON.stringify({ input }),
    });
    const { data } = (await answer.json()) as { data: { hmac: string } };
    const key = Buffer.from(data.hmac.split(':')[2] ?? '', 'base64');
    return { mac: (hash) => `1:${createHmac('sha256', key).update(hash).digest('base64url')}` };
  }
  /** As the reconciler, whose login this broker does not have. */
  async function remember(): Promise<void> {
    const last = await broker.system.ports.findings.lastCheckpoint();
    const custom_metadata = { checkpoint: String(last?.number), sha256: String(last?.sha256), rows: 'keyed' };
    await fetch(`${broker.vault.address}/v1/glassdome-credentials/metadata/${MARKER_PATH}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': broker.vault.rootToken },
      body: JSON.stringify({ custom_metadata }),
    });
  }
  /** The chains of the broker that serves go on. */
  const restore = () =>
    owner.query(`
      delete from broker.audit_checkpoints;
      insert into broker.audit_checkpoints select * from broker.kept_audit_checkpoints;
      delete from broker.audit_events where ${READS} or chain not in (select chain from broker.kept_audit_events);
      insert into broker.audit_events select * from broker.kept_audit_events where ${READS}`);
  const rowsOfReads = async () => {
    const { rows } = await owner.query(
      `select ${AUDIT_COLUMNS} from broker.audit_events where ${READS} order by seq`,
    );
    return rows.map((row): AuditRow => ({ ...row, seq: Number(row.seq) }));
  };
  const online = async () => (await broker.system.ports.auditVerifier.verify()).problems;
  const exported = async (options: { since?: string; until?: string } = {}) => {
    writeFileSync(file, '');
    for await (const line of exportLines(source, options)) appendFileSync(file, `${JSON.stringify(line)}\n`);
    return verifyFile(file, keys, new Date());
  };
  const verifyOnline = async () => (await broker.call(broker.admin.token, 'GET', '/api/audit/verify')).body;

  async function isDetected(edit: Edit, as: pg.Pool): Promise<void> {
    await restore();
    // The chain of this process went on meanwhile; what is kept is what an attacker finds.
    await edit(as, await rowsOfReads());
    const seen = await verifyOnline();
    expect([seen.ok, seen.problem_count > 0]).to.deep.equal([false, true]);
    const offline = await exported();
    expect(offline.ok).to.equal(false);
    expect(offline.problems[0]).to.include.keys('chain', 'seq', 'problem');
    // What was signed for the export did not make it good.
    expect((await verifyOnline()).ok).to.equal(false);
  }

  it('is good as it was written, and again once it was put back', async () => {
    for (let n = 0; n < 2; n += 1) {
      await restore();
      expect((await verifyOnline()).problems).to.deep.equal([]);
      expect((await exported()).problems).to.deep.equal([]);
    }
  });

  it('is good as it was written, online and offline, whole and in part', async () => {
    expect(await online()).to.deep.equal([]);
    const whole = await exported();
    expect(whole.problems).to.deep.equal([]);
    expect(whole).to.deep.include({ ok: true, base: null });
    const { rows } = await owner.query('select at from broker.audit_checkpoints where number = 1');
    const since = new Date(rows[0].at.getTime() + 1).toISOString();
    const part = await exported({ since });
    expect([part.problems, part.base?.number]).to.deep.equal([[], 1]);
    expect(part.rows).to.be.lessThan(whole.rows);
    const until = await exported({ until: since });
    expect([until.problems, until.checkpoints]).to.deep.equal([[], 2]);
    const between = await exported({ since, until: since });
    expect([between.problems, between.base?.number, between.checkpoints]).to.deep.equal([[], 1, 2]);
  });

  for (const [name, edit] of Object.entries({ ...OF_OWNER, ...OF_ANYBODY }))
    it(`shows ${name} by the owner of the database`, () => isDetected(edit, owner));
  for (const [name, edit] of Object.entries(OF_ANYBODY))
    it(`shows ${name} by the role of the broker`, () => isDetected(edit, app));

  it('shows a checkpoint of the future that is rightly signed, and is signed on without it', async () => {
    await restore();
    const { checkpointSigner: signer } = broker.system.ports;
    const { rows } = await owner.query(
      'select payload from broker.audit_checkpoints order by number desc limit 1',
    );
    const last = JSON.parse(rows[0].payload);
    const at = new Date(Date.now() + 40 * DAY).toISOString();
    const payload = JSON.stringify({ ...last, number: 3, at, previous: payloadHash(rows[0].payload) });
    const values = [3, at, payload, await signer.sign(payload)];
    await owner.query('insert into broker.audit_checkpoints values ($1, $2, $3, $4)', values);
    expect((await verifyOnline()).problems[0].problem).to.contain('future');
    expect((await exported()).ok).to.equal(false);
    const { rows: after } = await owner.query(
      'select max(number)::integer as n from broker.audit_checkpoints',
    );
    expect(after[0].n).to.equal(4);
    await owner.query('delete from broker.audit_checkpoints where number = 3');
    expect((await verifyOnline()).problems).to.deep.equal([]);
  });

  it('keeps signing the good chains beside a bad one', async () => {
    await restore();
    await OF_ANYBODY['a chain invented']?.(owner, []);
    await broker.system.ports.auditLog.record([anEvent()]);
    const { body } = await broker.call(broker.admin.token, 'POST', '/api/audit/checkpoints');
    expect(body.problems.map(({ chain }: { chain: string }) => chain)).to.include('reads-invented');
    expect(body.checkpoint).to.not.equal(null);
    const { rows } = await owner.query(
      'select payload from broker.audit_checkpoints order by number desc limit 1',
    );
    expect(rows[0].payload).to.not.contain('invented');
  });

  it('counts the rows that nobody signed, and is not good once they are minutes old', async () => {
    await restore();
    const proof = await verifyOnline();
    expect(proof.unsigned_rows).to.be.a('number');
    await owner.query('delete from broker.audit_checkpoints');
    const { rows } = await owner.query('select count(*)::integer as n from broker.audit_events');
    const unsigned = await verifyOnline();
    expect(unsigned.unsigned_rows).to.be.within(rows[0].n, rows[0].n + 2);
  });

  describe('in the hands of somebody who holds an export', () => {
    // biome-ignore lint/suspicious/noExplicitAny: lines are edited as somebody does with a text editor
    type Lines = any[];
    const counted = (lines: Lines): Lines => {
      const [rows, checkpoints] = ['row', 'checkpoint'].map((kind) => lines.filter((l) => kind in l).length);
      return [...lines.slice(0, -1), { end: { rows, checkpoints } }];
    };
    /** Without the checkpoints after the first, and the rows of it as they are. */
    const shortened = (lines: Lines): Lines => {
      const kept = lines.filter((line, n) => !('checkpoint' in line) || n === 1);
      return counted(kept.map((line) => ('glassdome_audit' in line ? { ...line, remembered: null } : line)));
    };
    const rewritten = (lines: Lines): Lines => {
      let previous: Lines[0];
      return lines.map((line) => {
        if (line.row?.chain !== CHAIN || line.row.seq < 7) {
          previous = line.row ?? previous;
          return line;
        }
        const made = { ...line.row, actor: 'local:innocent', prev_hash: previous.hash };
        made.hash = hashRow(rowOf(made));
        previous = made;
        return { row: made };
      });
    };
    const swapped = (lines: Lines, kind: string): Lines => {
      const at = lines.findIndex((line) => kind in line);
      return lines.with(at, lines[at + 1]).with(at + 1, lines[at]);
    };
    const EDITS: Record<string, (lines: Lines) => Lines> = {
      'newer checkpoints taken out': shortened,
      'newer checkpoints taken out and the rows after them rewritten': (lines) => rewritten(shortened(lines)),
      'rows rewritten': rewritten,
      'two rows swapped': (lines) => swapped(lines, 'row'),
      'two checkpoints swapped': (lines) => swapped(lines, 'checkpoint'),
      'a row twice': (lines) => counted(lines.flatMap((l) => (l.row?.seq === 3 ? [l, l] : [l]))),
      'a checkpoint twice': (lines) => counted(lines.flatMap((l, n) => (n === 1 ? [l, l] : [l]))),
      'a row taken out': (lines) =>
        counted(lines.filter((l) => !(l.row?.chain === CHAIN && l.row.seq === 3))),
      'a chain taken out': (lines) => counted(lines.filter((l) => l.row?.chain !== CHAIN)),
      'another base': (lines) => lines.with(0, { ...lines[0], base: 2 }),
      'all checkpoints taken out': (lines) => counted(lines.filter((l) => !('checkpoint' in l))),
      'its last line taken out': (lines) => lines.slice(0, -1),
      'another count': (lines) => lines.with(-1, { end: { rows: 1, checkpoints: 1 } }),
      'keyed hashes taken out': (lines) =>
        lines.map((l) => ('row' in l ? { row: { ...l.row, mac: null } } : l)),
      'a row after the end': (lines) => [...lines, lines.find((l) => 'row' in l)],
    };
    const lines = async (): Promise<Lines> => {
      const all: Lines = [];
      for await (const line of exportLines(source, {})) all.push(JSON.parse(JSON.stringify(line)));
      return all;
    };
    const verified = (edited: Lines, separator = '\n') => {
      writeFileSync(file, edited.map((line) => JSON.stringify(line) + separator).join(''));
      return verifyFile(file, keys, new Date());
    };

    before(restore);
    it('is good as it was written, also with other line ends, up to the last checkpoint', async () => {
      const all = await lines();
      const proof = await verified(all);
      expect([proof.problems, proof.last?.number]).to.deep.equal([[], proof.checkpoints]);
      expect((await verified(all, '\r\n\r\n')).problems).to.deep.equal([]);
    });
    for (const [name, edit] of Object.entries(EDITS))
      it(`shows ${name}`, async () => {
        const proof = await verified(edit(await lines()));
        expect([proof.ok, proof.problems.length > 0]).to.deep.equal([false, true]);
      });
  });
});
