import { rmSync } from 'node:fs';
import { signal } from '../../../local/process/child.js';
import type { FromWorker } from '../../../local/testing/messages.js';

const servers = new Set<OwnServer>();

/** A server that this process has started. It ends with this process at the latest, and its folder with it. */
export interface OwnServer {
  folder: string;
  pids: number[];
}

process.once('exit', () => {
  for (const { folder, pids } of servers) {
    for (const pid of pids) signal(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
});

/** Notes which processes a server has now, for the end of this process, and for the runner in case it is killed. */
export function noteServer(server: OwnServer, pids: readonly (number | undefined)[]): void {
  server.pids = pids.filter((pid) => pid !== undefined);
  servers.add(server);
  process.send?.({ kind: 'server', folder: server.folder, pids: server.pids } satisfies FromWorker);
}
