import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe } from '../domain/outbound.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import { baseUrl, needed, notThisService, setting, strangersFinding, usualFinding } from './probing.js';
import { bestEffort } from './proof.js';
import { SoapEndpoint } from './soap.js';
import { tlsOf } from './tlsFields.js';
import { xmlText } from './xmlText.js';

const NAME = 'vSphere';

interface About {
  fullName: string;
  version: string;
  apiVersion: string;
  kind: 'vcenter' | 'esxi';
  sessionManager: string;
}

/** Asks what is there without a secret, signs in, and signs out again: a vCenter has only so many sessions. */
export async function testVmware(values: FieldValues, probe: Probe): Promise<Finding> {
  const base = baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '443' });
  const tls = tlsOf(values);
  const soap = new SoapEndpoint(probe, new URL('/sdk', base), tls);
  const about = aboutOf(
    await soap.call('urn:vim25', 'RetrieveServiceContent', [
      { name: '_this', type: 'ServiceInstance', text: 'ServiceInstance' },
    ]),
  );
  const manager = { name: '_this', type: 'SessionManager', text: about.sessionManager };
  const action = `urn:vim25/${about.apiVersion}`;
  const answer = await soap.call(action, 'Login', [
    manager,
    { name: 'userName', text: needed(values, 'user') },
    { name: 'password', text: needed(values, 'password') },
  ]);
  const wrong = refusal(answer);
  if (wrong !== undefined) return { ...wrong, version: about.version };
  await bestEffort(() => soap.call(action, 'Logout', [manager]));
  const identity = foreignText(xmlText(answer.body, 'userName'), 120);
  return {
    code: 'ok',
    advice: `Signed in to ${about.fullName} as ${identity}.`,
    identity,
    version: about.version,
    warnings: [...kindWarnings(values, about), ...rootWarnings(identity)],
  };
}

function aboutOf(answer: OutboundAnswer): About {
  const wrong = strangersFinding(answer, NAME);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const text = (name: string) => foreignText(xmlText(answer.body, name), 120);
  const [apiType, sessionManager] = [text('apiType'), text('sessionManager')];
  if ((apiType !== 'VirtualCenter' && apiType !== 'HostAgent') || sessionManager === '')
    throw notThisService(NAME);
  return {
    fullName: text('fullName') || NAME,
    version: [text('version'), text('build')].filter((part) => part !== '').join(' build '),
    apiVersion: text('apiVersion').replace(/[^\w.]/g, ''),
    kind: apiType === 'VirtualCenter' ? 'vcenter' : 'esxi',
    sessionManager,
  };
}

const INVALID: Finding = {
  code: 'invalid_credential',
  advice:
    'vSphere refuses this user or password; check both, and the domain of the user (user@vsphere.local).',
};

/** A wrong password is HTTP 500 here: the fault in the body says what it is. */
function refusal(answer: OutboundAnswer): Finding | undefined {
  if (answer.status === 200) {
    if (xmlText(answer.body, 'userName') === undefined) throw notThisService(NAME);
    return undefined;
  }
  const detail = xmlText(answer.body, 'Fault') ?? '';
  if (/password\s+(has\s+|is\s+)?expired|expired\s+password/i.test(detail))
    return { code: 'expired', advice: 'The password’s time is over; set a new one in vSphere and store it.' };
  if (/InvalidLogin/.test(detail)) return INVALID;
  if (/NoPermission/.test(detail))
    return {
      code: 'insufficient_permission',
      advice: 'vSphere knows the user, but he may not sign in; give him a role on the inventory.',
    };
  if (/RestrictedVersion|LicenseExpired|NotEnoughLicenses/.test(detail))
    return {
      code: 'insufficient_permission',
      advice: 'The licence of this host refuses the API; license it.',
    };
  return usualFinding(answer, NAME);
}

function kindWarnings(values: FieldValues, { kind }: About): TestWarning[] {
  const stored = setting(values, 'endpoint_kind');
  if (stored === undefined || stored === kind) return [];
  const text = `The host is ${kind === 'vcenter' ? 'a vCenter' : 'an ESXi host'}, not what endpoint_kind says; correct it.`;
  return [{ code: 'unusual_form', text }];
}

function rootWarnings(identity: string): TestWarning[] {
  if (!/^(root|administrator@vsphere\.local|VSPHERE\.LOCAL\\Administrator)$/i.test(identity)) return [];
  const text =
    'This account may do everything; a user of its own with a role for Glassdome’s work is enough.';
  return [{ code: 'over_privileged', text }];
}
