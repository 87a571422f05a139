import type { AuditRow, ListedAuditRow } from './audit.js';

/** What an audit row is about, for people: a credential by its name, or a person, an account, a team, a channel. */
export function objectOf(row: ListedAuditRow): string | null {
  const { credentialId, credentialName, details } = row;
  if (credentialId !== null) return credentialName ?? credentialId;
  const text = (name: string) => (typeof details[name] === 'string' ? details[name] : null);
  const [kind] = row.action.split('.');
  const named = row.channelName ?? text('name');
  switch (kind) {
    case 'user':
      return labelled('user', text('principal') ?? ownOf(row));
    case 'service_account':
      return labelled('service account', named ?? text('id'));
    case 'channel':
      return labelled('channel', named ?? text('channel'));
    case 'team':
      return labelled('team', text('team') ?? named);
    case 'offer':
    case 'preference':
      return text('receiver');
    case 'report':
    case 'report_schedule':
      return labelled('report of team', text('team')) ?? labelled('report', text('report') ?? named);
    case 'notice':
      return labelled('notice', text('kind'));
    default:
      return text('principal');
  }
}

const labelled = (kind: string, name: string | null) => (name === null ? null : `${kind} ${name}`);

/** Of the password it is one's own that is meant. */
const ownOf = ({ action, actor }: AuditRow) => (action === 'user.password_change' ? actor : null);
