import type { SeenCredential } from '../../client/contract.js';
import classes from './FieldTable.module.css';

/** Settings with their values, and the names of the secrets. */
export function FieldTable({ credential }: { credential: SeenCredential }) {
  const { settings, secret_fields } = credential;
  return (
    <table className={classes['table']}>
      <tbody>
        {Object.entries(settings).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="mono">{String(value)}</td>
          </tr>
        ))}
        {secret_fields.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="mono dim" aria-label="stored secret">
              ••••••••••••
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
