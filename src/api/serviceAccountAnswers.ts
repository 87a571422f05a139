import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';

const moment = z.iso.datetime();

const account = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  role: z.enum(ROLES),
  created_at: moment,
  created_by: z.string(),
  expires_at: moment.nullable(),
  revoked_at: moment.nullable(),
  last_used_at: moment.nullable(),
  disabled: z.boolean(),
});
export const serviceAccountList = z.strictObject({ items: z.array(account) });
export const newServiceAccount = account.extend({ client_id: z.uuid(), client_secret: z.string() });
