import type { ListedCredential } from '../client/contract.js';
import classes from './CredentialList.module.css';
import { CredentialRow, type RowActions } from './CredentialRow.js';
import { GROUPS } from './services.js';

interface Props {
  sections: readonly Section[];
  selected: ReadonlySet<string>;
  testing: ReadonlySet<string>;
  current: string | undefined;
  me: string;
  actions: RowActions;
}

interface Section {
  /** Null: one list in the order of the server. */
  title: string | null;
  items: readonly ListedCredential[];
}

/** The items of each group that has some, in the order of the groups; or all as they come. */
export function sectionsOf(items: readonly ListedCredential[], byGroup: boolean): Section[] {
  if (!byGroup) return [{ title: null, items }];
  return GROUPS.map(({ title, types }) => ({
    title,
    items: items.filter(({ service_type }) => types.includes(service_type)),
  })).filter((section) => section.items.length > 0);
}

/** The table of credentials, by groups. */
export function CredentialList({ sections, selected, testing, current, me, actions }: Props) {
  return (
    <table className={classes['table']}>
      <Head />
      {sections.map(({ title, items }) => (
        <tbody key={title}>
          {title !== null && (
            <tr className={classes['group']}>
              <th scope="colgroup" colSpan={9}>
                {title} · {items.length}
              </th>
            </tr>
          )}
          {items.map((credential) => (
            <CredentialRow
              key={credential.id}
              credential={credential}
              isSelected={selected.has(credential.id)}
              isCurrent={current === credential.id}
              isTesting={testing.has(credential.id)}
              me={me}
              actions={actions}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th className={classes['select']}>
          <span className="hidden">Select</span>
        </th>
        <th className={classes['health']}>
          <span className="hidden">Health</span>
        </th>
        <th>Name</th>
        <th>Host and account</th>
        <th className={classes['tls']}>TLS</th>
        <th className={classes['when']}>Checked</th>
        <th className={classes['owner']}>Owner</th>
        <th className={classes['ends']}>Expires</th>
        <th className={classes['actions']}>
          <span className="hidden">Actions</span>
        </th>
      </tr>
    </thead>
  );
}
