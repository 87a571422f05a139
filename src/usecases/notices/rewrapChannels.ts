import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { rewrapTarget } from './channelTarget.js';

/**
 * Moves the targets of all channels to the newest version of the key that seals them; how many were moved. Rejects
 * with `conflict` when one was changed meanwhile; what was moved before stays so.
 */
export async function rewrapChannels(ports: Pick<Ports, 'outbox' | 'changes' | 'sealer'>): Promise<number> {
  let moved = 0;
  for (const { channel } of await ports.outbox.channels()) {
    const sealed = await ports.outbox.channel(channel.id);
    // The mailbox of a person holds no target.
    if (sealed === null || sealed.recipient !== null) continue;
    const from = sealed.sealedTarget;
    const to = await rewrapTarget(ports, sealed);
    if (to === from) continue;
    await ports.changes.run(async (tx) => {
      await tx.resealChannel(channel.id, { from, to });
      tx.audit(auditEvent(systemCall(), 'channel.rewrap', 'allowed', { details: { channel: channel.id } }));
    });
    moved += 1;
  }
  return moved;
}
