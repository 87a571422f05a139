import type pg from 'pg';
import type { Fact } from './reportHistory.js';

/** As a person would count with the raw rows in front of him: no SQL beyond reading them, nothing of the product's own. */

const DAY = 86_400_000;
const BAD = ['rejected', 'unreachable', 'limited'];
const WORKING = ['ok', 'insufficient_permission', 'quota_exhausted', 'no_auth_required'];

export interface RawRows {
  credentials: { id: string; name: string; owner: string; created_at: Date }[];
  versions: {
    credential_id: string;
    version: number;
    recorded_at: Date;
    changed_fields: string[];
    secret_fields: string[];
    source: string;
  }[];
  runs: {
    credential_id: string;
    version: number;
    tested_at: Date;
    code: string;
    health: string;
    warnings: string[];
  }[];
  uses: { credential_id: string; used_at: Date; used_by: string; caller: string; success: boolean }[];
  audit: {
    credential_id: string;
    at: Date;
    action: string;
    outcome: string;
    version: number | null;
    details: Record<string, unknown> | null;
  }[];
  findings: { credential_id: string; kind: string; found_at: Date; resolved_at: Date | null }[];
  facts: Fact[];
}

export async function readRaw(owner: pg.Pool, facts: Fact[]): Promise<RawRows> {
  const all = async (table: string, order: string) =>
    (await owner.query(`select * from broker.${table} order by ${order}`)).rows;
  return {
    credentials: await all('credentials', 'created_at'),
    versions: await all('credential_versions', 'recorded_at'),
    runs: await all('test_runs', 'tested_at'),
    uses: await all('credential_usage', 'used_at'),
    audit: await all('audit_events', 'at'),
    findings: await all('vault_findings', 'found_at'),
    facts,
  };
}

/** A line by what matters in it. */
export type Counted = Record<string, (string | number | null)[][]>;

const iso = (ms: number | Date) => new Date(ms).toISOString();

export class Recount {
  readonly #raw: RawRows;

  constructor(raw: RawRows) {
    this.#raw = raw;
  }

  /** Totals, and of each list the lines as arrays: name, then what the list is about. */
  count(team: string | null, time: { from: number; to: number }) {
    const { from, to } = time;
    const within = (at: Date) => at.getTime() >= from && at.getTime() < to;
    const present = this.#raw.credentials.filter(({ id }) => this.#present(id, team, to));
    const healths = present.map(({ id }) => this.#health(id, to));
    const tests = present.flatMap(({ id }) => this.#runs(id)).filter((run) => within(run.tested_at));
    const uses = this.#raw.uses.filter(
      (use) => within(use.used_at) && present.some(({ id }) => id === use.credential_id),
    );
    const by_health = Object.fromEntries(
      ['ok', 'limited', 'rejected', 'unreachable', 'unchecked'].map((health) => [
        health,
        healths.filter((one) => one.health === health).length,
      ]),
    );
    const totals = {
      credentials: present.length,
      broken: healths.filter(({ health }) => BAD.includes(health)).length,
      by_health,
      tests: tests.length,
      tests_ok: tests.filter(({ code }) => WORKING.includes(code)).length,
      uses: uses.length,
      uses_failed: uses.filter(({ success }) => !success).length,
    };
    const lists: Counted = {};
    const add = (list: string, ...line: (string | number | null)[]) => {
      lists[list] ??= [];
      lists[list].push(line);
    };
    for (const { id, name, created_at } of present) {
      let before: string | null = null;
      for (const run of this.#runs(id)) {
        if (run.tested_at.getTime() < to && run.health !== before) {
          const bad = BAD.includes(run.health);
          const wasBad = before !== null && BAD.includes(before);
          if (within(run.tested_at) && bad && before !== null && !wasBad && run.code !== 'denied_by_policy')
            add('broke', name, iso(run.tested_at), run.code);
          if (within(run.tested_at) && run.health === 'ok' && wasBad)
            add('healed', name, iso(run.tested_at), run.code);
        }
        if (run.tested_at.getTime() < to && run.health !== 'unchecked') before = run.health;
      }
      const { health, code } = this.#health(id, to);
      const ever = this.#runs(id).some(
        (run) => run.tested_at.getTime() < to && ['ok', 'limited'].includes(run.health),
      );
      const isNew = !ever && code !== null && code !== 'denied_by_policy';
      if (BAD.includes(health)) add('broken_now', name, isNew ? `never_worked ${code}` : code);
      const ends = this.#fact(id, 'expiresAt', to);
      if (ends !== null && ends <= to) add('expired', name, iso(ends));
      if (ends !== null && ends > to && ends <= to + 30 * DAY) add('expiring', name, iso(ends));
      const due = this.#fact(id, 'nextRotationAt', to);
      if (due !== null && due <= to) add('rotation_overdue', name, iso(due));
      if (due !== null && due > to && due <= to + 30 * DAY) add('rotation_due', name, iso(due));
      const active = this.#active(id, to);
      const newest = this.#raw.runs
        .filter((run) => run.credential_id === id && run.version === active && run.tested_at.getTime() < to)
        .at(-1);
      const mighty = (newest?.warnings ?? []).filter((w) => w === 'over_privileged' || w === 'root_account');
      if (mighty.length > 0) add('over_privileged', name, mighty.join(' '));
      const written = this.#versions(id, to).filter(
        (v) => v.version <= active && v.changed_fields.some((field) => v.secret_fields.includes(field)),
      );
      add('oldest_secrets', name, iso(written.at(-1)?.recorded_at ?? created_at));
      const used = this.#raw.uses.filter((u) => u.credential_id === id && u.used_at.getTime() < to).at(-1);
      const last = used?.used_at ?? created_at;
      if (last.getTime() <= to - 90 * DAY)
        add('unused', name, iso(last), used === undefined ? 'never_used' : null);
      const open = this.#raw.findings.filter(
        (f) =>
          f.credential_id === id &&
          f.found_at.getTime() < to &&
          (f.resolved_at === null || f.resolved_at.getTime() >= to),
      );
      for (const finding of open) add('drift', name, iso(finding.found_at), finding.kind);
    }
    for (const use of uses) {
      const same = uses.filter(
        (u) => u.credential_id === use.credential_id && u.used_by === use.used_by && u.caller === use.caller,
      );
      const name = present.find(({ id }) => id === use.credential_id)?.name ?? '';
      const failed = same.filter(({ success }) => !success).length;
      if (same[0] === use) add('who_used', name, use.used_by, use.caller, same.length, failed);
    }
    return { totals, lists };
  }

  #audit = (id: string, to: number) =>
    this.#raw.audit.filter((e) => e.credential_id === id && e.outcome === 'allowed' && e.at.getTime() < to);
  #versions = (id: string, to: number) =>
    this.#raw.versions.filter((v) => v.credential_id === id && v.recorded_at.getTime() < to);

  #fact<Key extends 'expiresAt' | 'nextRotationAt'>(id: string, key: Key, to: number): number | null {
    const set = this.#raw.facts.filter(
      (fact) => fact.id === id && fact.at < to && fact.set[key] !== undefined,
    );
    return set.at(-1)?.set[key] ?? null;
  }

  #present(id: string, team: string | null, to: number): boolean {
    if (this.#versions(id, to).length === 0) return false;
    const ended = ['credential.delete', 'credential.destroy'];
    const fate = this.#audit(id, to).filter((e) => [...ended, 'credential.restore'].includes(e.action));
    if (ended.includes(fate.at(-1)?.action ?? '')) return false;
    if (team === null) return true;
    const shared = this.#raw.facts
      .filter((f) => f.id === id && f.at < to && f.set.teams !== undefined)
      .at(-1);
    const until = shared?.set.teams?.[team];
    return until !== undefined && (until === null || until > to);
  }

  /** The version that was the active one just before `to`. */
  #active(id: string, to: number): number {
    const moments = [
      ...this.#versions(id, to).map(({ version, recorded_at: at }) => ({ version, at })),
      ...this.#audit(id, to).filter(({ action }) => action === 'credential.activate'),
    ];
    return moments.sort((a, b) => a.at.getTime() - b.at.getTime()).at(-1)?.version ?? 0;
  }

  /** Tests of the version that was the active one. */
  #runs = (id: string) =>
    this.#raw.runs.filter(
      (run) => run.credential_id === id && run.version === this.#active(id, run.tested_at.getTime() + 1),
    );

  #health(id: string, to: number): { health: string; code: string | null } {
    const run = this.#runs(id)
      .filter(({ tested_at }) => tested_at.getTime() < to)
      .at(-1);
    const began = [
      ...this.#versions(id, to).map(({ recorded_at }) => recorded_at.getTime()),
      ...this.#audit(id, to)
        // Whoever keeps the active version, against one of others, begins nothing anew.
        .filter((e) => e.action === 'credential.activate' && e.details?.['from'] !== e.version)
        .map(({ at }) => at.getTime()),
    ].reduce((a, b) => Math.max(a, b), 0);
    if (run === undefined || run.tested_at.getTime() < began)
      return { health: 'unchecked', code: run?.code ?? null };
    return { health: run.health, code: run.code };
  }
}
