import { BrokerError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { ChannelTarget, SealedChannel } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';

/** What it is sealed for: a target can't be moved to another channel. */
const contextOf = (channelId: string) => `channel:${channelId}`;

/** The parts are sealed one by one, so that nobody has to take them out of their wrapping here. */
export async function sealTarget(
  { sealer }: Pick<Ports, 'sealer'>,
  channelId: string,
  target: ChannelTarget,
): Promise<string> {
  const context = contextOf(channelId);
  const parts: Record<string, string> = {};
  if (target.url !== undefined) parts['url'] = await sealer.seal(target.url, context);
  if (target.signingSecret !== undefined)
    parts['signing_secret'] = await sealer.seal(target.signingSecret, context);
  return JSON.stringify({ parts, ca_pem: target.caPem ?? null });
}

/** The same target under the newest version of the key; the same text when it is there already. */
export async function rewrapTarget(
  { sealer }: Pick<Ports, 'sealer'>,
  { sealedTarget }: Pick<SealedChannel, 'sealedTarget'>,
): Promise<string> {
  const stored = storedIn(sealedTarget);
  const parts: Record<string, string> = {};
  for (const [name, sealed] of Object.entries(stored.parts)) parts[name] = await sealer.rewrap(sealed);
  const moved = Object.keys(parts).some((name) => parts[name] !== stored.parts[name]);
  return moved ? JSON.stringify({ ...stored, parts }) : sealedTarget;
}

/** Rejects with `bad_store_answer` or `integrity_error` when it is not what was sealed for this channel. */
export async function openTarget(
  { sealer }: Pick<Ports, 'sealer'>,
  { id, sealedTarget, kind, shownTarget }: SealedChannel,
): Promise<ChannelTarget> {
  const stored = storedIn(sealedTarget);
  const open = async (name: string): Promise<Secret | undefined> => {
    const sealed = stored.parts[name];
    return sealed === undefined ? undefined : sealer.open(sealed, contextOf(id));
  };
  const [url, signingSecret] = [await open('url'), await open('signing_secret')];
  return {
    // Who gets mail is no secret: it is shown.
    ...(kind === 'mail' && { to: shownTarget.split(',') }),
    ...(url !== undefined && { url }),
    ...(signingSecret !== undefined && { signingSecret }),
    ...(stored.ca_pem !== null && { caPem: stored.ca_pem }),
  };
}

interface Stored {
  parts: Record<string, string>;
  ca_pem: string | null;
}

function storedIn(sealedTarget: string): Stored {
  const stored: unknown = JSON.parse(sealedTarget);
  if (isStored(stored)) return stored;
  throw new BrokerError('integrity_error', {
    detail: 'The target of this channel cannot be decrypted. Set it again.',
  });
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null || !('parts' in value) || !('ca_pem' in value))
    return false;
  const { parts, ca_pem } = value;
  if (ca_pem !== null && typeof ca_pem !== 'string') return false;
  return (
    typeof parts === 'object' && parts !== null && Object.values(parts).every((v) => typeof v === 'string')
  );
}
