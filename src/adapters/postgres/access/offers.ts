import type { Credential } from '../../../domain/credentials/credential.js';
import type { Preference } from '../../../domain/environment/variablePlan.js';
import type { Clock } from '../../../ports/runtime.js';
import type { Offer, OfferReads, OfferReceiver, OfferWrites } from '../../../ports/sharing.js';
import { CREDENTIAL_COLUMNS } from '../core/credentialRow.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { answered, GRANT_JSON, historyJson, ms } from './claimJson.js';

const DECLINED = `exists (select 1 from broker.offer_answers d
  where d.credential_id = g.credential_id and d.principal = r.principal and d.answer = 'declined')`;

/** Might wait for an answer: whether a variable really does, only the rule of the domain says. */
const MAY_BE_OPEN = `(not ${DECLINED} and (not (g.confirmed and g.way_confirmed) and a.grant_id is null or exists (
  select 1 from jsonb_object_keys(c.env_names) named (variable)
  where not coalesce(jsonb_exists(a.variables, named.variable) or named.variable = any(a.refused), false)
    and (not (g.confirmed and g.way_confirmed) or jsonb_exists(c.env_added, named.variable)))))`;

/** `$1` principals and `$2` their roles, each as a text with commas; `$3` now. */
const FROM = `
  from (select asked.principal, string_to_array(asked.roles, ',') as roles,
      (select s.created_by from broker.service_accounts s
        where asked.principal like 'sa:%' and s.id = substr(asked.principal, 4)) as keeper
    from unnest($1::text[], $2::text[]) asked (principal, roles)) r
  cross join lateral (
    select case when r.principal like 'sa:%' then 'service_account' else 'user' end as kind, r.principal as subject,
      true as confirmed, timestamptz 'epoch' as since
    union all select 'team', m.team, m.confirmed, m.since from broker.team_members m where m.principal = r.principal
    union all select 'role', role, true, 'epoch' from unnest(r.roles) role) way
  cross join lateral (
    select g.*, way.confirmed as way_confirmed, way.since as joined_at from broker.grants g
    where g.subject_kind = way.kind and g.subject = way.subject and (g.expires_at is null or g.expires_at > $3)
    offset 0) g
  join broker.credentials c on c.id = g.credential_id and c.owner <> r.principal and c.status in ('active', 'disabled')
  ${answered('r.principal')}`;

const COLUMNS = `
  ${CREDENTIAL_COLUMNS}, ${GRANT_JSON} as grant, ${historyJson('r.principal')} as history, r.principal as "receiverPrincipal",
  r.keeper, g.id as "offerId", g.created_at as "givenAt", g.expires_at as "grantEndsAt", ${DECLINED} as declined,
  coalesce(a.refused, '{}') as refused`;

interface OfferRow extends Credential, Pick<Offer, 'grant' | 'history' | 'declined' | 'refused' | 'givenAt'> {
  receiverPrincipal: string;
  keeper: string | null;
  offerId: string;
  grantEndsAt: Date | null;
}

/** Offers of receivers, newest first, and what they prefer. */
export function offerReads(query: Query, clock: Clock): OfferReads {
  const asked = (receivers: readonly OfferReceiver[]) => [
    receivers.map(({ principal }) => principal),
    receivers.map(({ roles }) => roles.join(',')),
    clock.now(),
  ];
  return {
    async offers(receivers, state, page) {
      const where = whereClause(asked(receivers));
      if (state === 'open') where.and(MAY_BE_OPEN);
      if (state === 'accepted') where.and('a.grant_id is not null');
      if (state === 'declined') where.and(DECLINED);
      const after = readCursor(page.cursor, ['uuid', 'text']);
      if (after !== null) {
        const [id, principal] = [uuidOrNull(after.keys[0] ?? ''), after.keys[1] ?? ''];
        where.and(`(g.created_at, g.id, r.principal) <
          (${where.value(after.at)}::timestamptz, ${where.value(id)}::uuid, ${where.value(principal)}::text)`);
      }
      const text = `select ${COLUMNS} ${FROM} ${where.text()}
        order by g.created_at desc, g.id desc, r.principal desc limit ${where.value(page.limit + 1)}`;
      const rows = await query<OfferRow>({ text, values: where.values() });
      const position = (row: OfferRow) => ({ at: row.givenAt, keys: [row.offerId, row.receiverPrincipal] });
      return pageOf(rows, page, { item: toOffer, position });
    },
    async offer(receiver, id) {
      const text = `select ${COLUMNS} ${FROM} where g.id = $4::uuid`;
      const [row] = await query<OfferRow>({ text, values: [...asked([receiver]), uuidOrNull(id)] });
      return row === undefined ? null : toOffer(row);
    },
    async acceptors(credentialId) {
      const text = `select distinct a.principal from broker.offer_answers a join broker.grants g on g.id = a.grant_id
        where a.credential_id = $1 and a.answer = 'accepted' and (g.expires_at is null or g.expires_at > $2)
        order by a.principal`;
      const values = [uuidOrNull(credentialId), clock.now()];
      return (await query<{ principal: string }>({ text, values })).map(({ principal }) => principal);
    },
    async preferences(principal) {
      const text = `select kind, name, credential_id as "credentialId", ${ms('set_at')} as "setAt"
        from broker.preferences where principal = $1 order by kind, name`;
      return await query<Preference>({ text, values: [principal] });
    },
  };
}

function toOffer(row: OfferRow): Offer {
  const {
    grant,
    history,
    declined,
    refused,
    givenAt,
    grantEndsAt,
    offerId,
    receiverPrincipal,
    keeper,
    ...rest
  } = row;
  const receiver = { principal: receiverPrincipal, keeper };
  return { grant, givenAt, expiresAt: grantEndsAt, receiver, credential: rest, history, declined, refused };
}

const ACCEPT = `
  insert into broker.offer_answers as before (grant_id, principal, credential_id, answer, variables, refused, since,
    answered_at, answered_by)
  select $1, $2, $3, 'accepted', coalesce(jsonb_object_agg(named.variable, $5::float8), '{}'), $6::text[],
    $7::timestamptz, $7::timestamptz, $8
  from unnest($4::text[]) named (variable)
  on conflict (grant_id, principal) do update
    set variables = excluded.variables || before.variables, answer = 'accepted',
      refused = array(select name from unnest(before.refused || excluded.refused) name where name <> all ($4::text[])),
      since = case when before.answer = 'accepted' then before.since else excluded.since end,
      answered_at = excluded.answered_at, answered_by = excluded.answered_by`;

const DECLINE = `
  insert into broker.offer_answers (grant_id, principal, credential_id, answer, since, answered_at, answered_by)
  values ($1, $2, $3, 'declined', $4, $4, $5)
  on conflict (grant_id, principal) do update
    set answer = 'declined', variables = '{}', refused = '{}', answered_at = excluded.answered_at,
      answered_by = excluded.answered_by`;

const PREFER = `
  insert into broker.preferences (principal, kind, name, credential_id, set_at, set_by) values ($1, $2, $3, $4, $5, $6)
  on conflict (principal, kind, name) do update
    set credential_id = excluded.credential_id, set_at = excluded.set_at, set_by = excluded.set_by`;

/** An owner who prefers a variable agrees to it, and so does the keeper of the account that owns the credential. */
const AGREE = `
  update broker.credentials c
    set own_env_names = nullif(c.own_env_names || jsonb_build_object($2::text, c.env_names -> $2::text), c.env_names)
    where c.id = $1 and c.owner = $3 and c.own_env_names is not null and jsonb_exists(c.env_names, $2::text)`;

/** Writes of one transaction to what receivers said of offers, and to what they prefer. */
export function offerWrites(query: Query): OfferWrites {
  return {
    async answerOffer({ grantId, principal, credentialId, answer, variables, refused, by, at }) {
      const key = [grantId, principal, credentialId];
      if (answer === 'declined') {
        await query({ text: DECLINE, values: [...key, at, by] });
        return;
      }
      await query({ text: ACCEPT, values: [...key, variables, at.getTime(), refused, at, by] });
      const undone = `delete from broker.offer_answers where credential_id = $1 and principal = $2 and answer = 'declined'`;
      await query({ text: undone, values: [credentialId, principal] });
    },
    async setPreference({ principal, kind, name, credentialId, by, at }) {
      if (credentialId !== null) {
        await query({ text: PREFER, values: [principal, kind, name, credentialId, at, by] });
        if (kind === 'variable') await query({ text: AGREE, values: [credentialId, name, principal] });
      } else {
        const text = 'delete from broker.preferences where principal = $1 and kind = $2 and name = $3';
        await query({ text, values: [principal, kind, name] });
      }
    },
  };
}
