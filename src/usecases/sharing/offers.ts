import { type CallContext, ROLES, roleAtLeast } from '../../domain/access/caller.js';
import { type OfferState, uncovered } from '../../domain/access/claims.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import type { Offer, OfferReceiver } from '../../ports/sharing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';

export type OfferPorts = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

/** An offer with the variables that wait for an answer. */
export interface ShownOffer extends Offer {
  state: OfferState;
  /** Variables that the credential would fill once they are accepted. */
  asks: string[];
  /** Variables that need no answer any more. */
  fills: string[];
}

/**
 * What others gave the caller and the service accounts that the caller made; of one receiver when that is named. Without a
 * state: those that wait for an answer.
 */
export async function listOffers(
  ports: OfferPorts,
  call: CallContext,
  filter: { receiver?: string | undefined; state?: OfferState | undefined },
  page: PageRequest,
): Promise<Page<ShownOffer>> {
  await requireActiveCaller(ports, call);
  const receivers =
    filter.receiver === undefined
      ? await allReceivers(ports, call)
      : [await receiverOf(ports, call, filter.receiver, { tried: 'offer.list' })];
  const state = filter.state ?? 'open';
  const found = await ports.records.offers(receivers, state, page);
  const items = found.items.map(shown);
  return { ...found, items: state === 'open' ? items.filter((offer) => offer.state === 'open') : items };
}

/** Lets a credential fill the variables that were shown. What it is given later has to be accepted again. */
export async function acceptOffer(
  ports: OfferPorts,
  call: CallContext,
  id: string,
  { variables, prefer, receiver }: { variables: string[]; prefer: boolean; receiver?: string | undefined },
): Promise<ShownOffer> {
  const offer = await offerOf(ports, call, id, { receiver, tried: 'offer.accept' });
  const unknown = variables.filter((variable) => offer.credential.envNames[variable] === undefined);
  if (unknown.length > 0)
    throw invalid({
      field: 'variables',
      rule: `names ${unknown.join(', ')}, which the credential does not fill`,
    });
  const [by, at] = [call.caller.principal, ports.clock.now()];
  const { principal } = offer.receiver;
  await ports.changes.run(async (tx) => {
    await tx.lock(offer.credential.id);
    const answer = { ...keyOf(offer), answer: 'accepted' as const, variables, refused: [], by, at };
    await tx.answerOffer(answer);
    const credentialId = offer.credential.id;
    for (const name of prefer ? variables : [])
      await tx.setPreference({ principal, kind: 'variable', name, credentialId, by, at });
    tx.audit(offerEvent(call, 'offer.accept', offer, { variables, prefer }));
  });
  return again(ports, call, id, principal);
}

/** Hides an offer, or some of its variables, and takes an earlier yes to them back. It can be accepted later. */
export async function declineOffer(
  ports: OfferPorts,
  call: CallContext,
  id: string,
  { variables, receiver }: { variables?: string[] | undefined; receiver?: string | undefined },
): Promise<ShownOffer> {
  const offer = await offerOf(ports, call, id, { receiver, tried: 'offer.decline' });
  const [by, at] = [call.caller.principal, ports.clock.now()];
  if (variables !== undefined && offer.grant.accepted === null)
    throw invalid({ field: 'variables', rule: 'must be omitted: this offer was not accepted' });
  await ports.changes.run(async (tx) => {
    await tx.lock(offer.credential.id);
    const some = { answer: 'accepted' as const, refused: variables ?? [] };
    const whole = { answer: 'declined' as const, refused: [] };
    const answer = variables === undefined ? whole : some;
    await tx.answerOffer({ ...keyOf(offer), ...answer, variables: [], by, at });
    tx.audit(offerEvent(call, 'offer.decline', offer, { variables: variables ?? [] }));
  });
  return again(ports, call, id, offer.receiver.principal);
}

const keyOf = ({ grant, receiver, credential }: Offer) => ({
  grantId: grant.id,
  principal: receiver.principal,
  credentialId: credential.id,
});

const offerEvent = (call: CallContext, action: AuditAction, offer: Offer, details: Record<string, unknown>) =>
  auditEvent(call, action, 'allowed', {
    credentialId: offer.credential.id,
    details: { receiver: offer.receiver.principal, from: offer.grant.givenBy, ...details },
  });

async function again(
  ports: OfferPorts,
  call: CallContext,
  id: string,
  principal: string,
): Promise<ShownOffer> {
  return offerOf(ports, call, id, { receiver: principal, tried: 'offer.accept' });
}

async function offerOf(
  ports: OfferPorts,
  call: CallContext,
  id: string,
  { receiver, tried }: { receiver: string | undefined; tried: AuditAction },
): Promise<ShownOffer> {
  await requireActiveCaller(ports, call, tried);
  const accounts = receiver === undefined ? await allReceivers(ports, call) : [];
  // Without a name, the caller is meant; else the one of their accounts that was given it directly.
  const named = receiver ?? call.caller.principal;
  const own = await ports.records.offer(await receiverOf(ports, call, named, { tried }), id);
  if (own !== null) return shown(own);
  for (const account of accounts) {
    const found = await ports.records.offer(account, id);
    if (found?.grant.subjectKind === 'service_account') return shown(found);
  }
  return refuse(ports, call, { action: tried, details: { offer: id } }, notFound('offer'));
}

function shown(offer: Offer): ShownOffer {
  const { grant, history, receiver, credential, declined, refused } = offer;
  const variables = Object.keys(credential.envNames).sort();
  const open = uncovered(grant, history, receiver, variables);
  const fills = variables.filter((variable) => !open.includes(variable));
  const asks = open.filter((variable) => !refused.includes(variable));
  const answered = grant.confirmed || grant.accepted !== null;
  const state = declined ? 'declined' : answered && asks.length === 0 ? 'accepted' : 'open';
  return { ...offer, state, asks, fills };
}

async function allReceivers(ports: OfferPorts, call: CallContext): Promise<OfferReceiver[]> {
  const me = itself(call);
  if (call.caller.kind !== 'user') return [me];
  const accounts = await ports.records.serviceAccounts(call.caller.principal);
  const live = accounts.filter((account) => account.revokedAt === null);
  return [me, ...live.map((a) => ({ principal: `sa:${a.id}`, keeper: a.createdBy, roles: [] }))];
}

/** A receiver that the caller may answer for: themselves, or an account that they made; an admin for every account. */
export async function receiverOf(
  ports: OfferPorts,
  call: CallContext,
  principal: string,
  { tried }: { tried: AuditAction },
): Promise<OfferReceiver> {
  const { caller } = call;
  const answers = tried !== 'offer.list';
  if (principal === caller.principal) {
    if (caller.kind === 'user' || !answers) return itself(call);
    const detail =
      'A service account cannot answer offers: its creator or an admin accepts or declines them.';
    return refuse(ports, call, { action: tried }, new BrokerError('forbidden', { detail }));
  }
  const id = /^sa:(.+)$/.exec(principal)?.[1];
  const account = id === undefined ? null : await ports.records.serviceAccount(id);
  const mayAnswer =
    caller.kind === 'user' && (caller.role === 'admin' || account?.createdBy === caller.principal);
  if (account !== null && account.revokedAt === null && mayAnswer)
    return { principal, keeper: account.createdBy, roles: [] };
  return refuse(ports, call, { action: tried, details: { receiver: principal } }, notFound('receiver'));
}

const itself = ({ caller }: CallContext): OfferReceiver => ({
  principal: caller.principal,
  keeper: null,
  roles: caller.kind === 'user' ? ROLES.filter((role) => roleAtLeast(caller.role, role)) : [],
});
