import { Button } from '@mantine/core';
import type { SeenCredential } from '../../client/contract.js';
import { CLIPBOARD_SENTENCE, copyText } from '../../parts/clipboard.js';
import { toast } from '../../parts/toasts.js';
import { useRights } from '../rights.js';
import classes from './FieldTable.module.css';
import { SecretRow } from './secret/SecretRow.js';
import { useSecretReader } from './secret/useSecretReader.js';

/** Settings with their values, and the secrets, which are shown or copied one by one. */
export function FieldTable({ credential }: { credential: SeenCredential }) {
  const { id, settings, secret_fields } = credential;
  const { read, dialog } = useSecretReader(id);
  const mayRead = useRights()(credential, 'read');
  return (
    <>
      <table className={classes['table']}>
        <caption className="hidden">Fields</caption>
        <tbody>
          {Object.entries(settings).map(([name, value]) => (
            <SettingRow key={name} name={name} value={String(value)} />
          ))}
          {secret_fields.map((name) => (
            <SecretRow key={`${id} ${name}`} name={name} read={mayRead ? read : undefined} />
          ))}
        </tbody>
      </table>
      {dialog}
    </>
  );
}

function SettingRow({ name, value }: { name: string; value: string }) {
  const copy = () =>
    copyText(value).then(
      () => toast('Copied.', { ms: 3_000 }),
      () => toast(CLIPBOARD_SENTENCE, { tone: 'failed' }),
    );
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="mono">{value}</td>
      <td className={classes['actions']}>
        <Button size="compact-sm" variant="default" aria-label={`Copy ${name}`} onClick={() => void copy()}>
          Copy
        </Button>
      </td>
    </tr>
  );
}
