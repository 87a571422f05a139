import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { printJson, printTable } from '../../terminal/output.js';

const columns = [
  { title: 'VERSION', value: (v: Record<string, unknown>) => v['version'] },
  { title: 'ACTIVE', value: (v: Record<string, unknown>) => (v['active'] ? 'active' : '') },
  { title: 'IN VAULT', value: (v: Record<string, unknown>) => v['state'] },
  { title: 'WHEN', value: (v: Record<string, unknown>) => v['created_time'] },
  { title: 'WHO', value: (v: Record<string, unknown>) => v['author'] },
  { title: 'BY', value: (v: Record<string, unknown>) => v['source'] },
  { title: 'CHANGED', value: (v: Record<string, unknown>) => v['changed_fields'] },
  { title: 'WHY', value: (v: Record<string, unknown>) => v['reason'] },
];

/** Which versions there are, who made them, and which one is active. */
export const history = leaf('history', 'list the versions: who changed what, when and why')
  .argument('<credential>', 'name, owner/name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id } = await findCredential(cli, word);
      const { body } = await cli.call<{ items: Record<string, unknown>[] }>(
        `/api/credentials/${id}/versions`,
      );
      if (json) printJson(body);
      else printTable(columns, body.items);
    }),
  );
