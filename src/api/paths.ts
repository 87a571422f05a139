import { z } from 'zod';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';

/** The parameters of paths. Their form is free: what does not exist is not found. */
const EXAMPLE_ID = '0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10';
const name = (description: string, example: string) => z.string().meta({ description, examples: [example] });
const byId = (what: string) => z.object({ id: name(`ID of the ${what} (a UUID).`, EXAMPLE_ID) });

export const credentialParams = byId('credential');
export const versionParams = credentialParams.extend({
  n: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be the number of a version')
    .meta({ description: 'Number of the version.', examples: ['3'] })
    .transform(Number),
});
export const bulkParams = byId('bulk job');
export const channelParams = byId('channel');
export const noticeParams = byId('notice');
export const offerParams = byId('offer');
export const reportParams = byId('report');
export const scheduleParams = byId('report schedule');
export const sessionParams = byId('login');
export const serviceAccountParams = byId('service account');
export const templateParams = z.object({
  service_type: name(`Service type or one of its aliases: ${SERVICE_TYPES.join(', ')}.`, 'proxmox'),
});
export const userParams = z.object({ username: name('The name that the user logs in with.', 'anna') });
export const teamParams = z.object({ name: name('Name of the team.', 'platform') });
export const memberParams = teamParams.extend({ principal: name('The member.', 'local:anna') });
export const principalParams = z.object({ principal: name('The principal.', 'local:anna') });
export const issuerParams = z.object({ alias: name('Alias of the issuer.', 'company') });
export const taskParams = z.object({
  task: name('Name of the task, as `GET /api/worker` lists it.', 'test'),
});
