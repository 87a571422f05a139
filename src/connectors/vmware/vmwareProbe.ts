import type { FieldValues } from '../../domain/credentials/fields.js';
import type { OutboundAnswer, Probe } from '../../domain/testing/outbound.js';
import { serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import { baseUrl, needed, notThisService, setting } from '../common/probing.js';
import { bestEffort } from '../common/proof.js';
import { SoapEndpoint } from '../common/soap.js';
import { asStranger, isOpen, madeUp } from '../common/stranger.js';
import { tlsOf } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';
import { xmlText } from '../common/xmlText.js';

const NAME = 'vSphere';

interface About {
  fullName: string;
  version: string;
  apiVersion: string;
  kind: 'vcenter' | 'esxi';
  sessionManager: string;
}

interface Login {
  user: string;
  password: string;
}

/** Requests the product without a secret, logs in, and logs out again: a vCenter has a limited number of sessions. */
export async function testVmware(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const base = baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '443' });
  const tls = tlsOf(values);
  const url = new URL('/sdk', base);
  const soap = new SoapEndpoint(probe, url, tls);
  const shown = await asStranger({ voice: VOICE, url }, () => contentOf(soap));
  const stranger = shown === undefined ? HIDDEN : aboutOf(shown);
  const login = { user: needed(values, 'user'), password: needed(values, 'password') };
  const { answer, manager } = await signIn(soap, stranger, login);
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) return { ...wrong, ...(stranger.version !== '' && { version: stranger.version }) };
  if (!isSession(answer)) throw notThisService(NAME);
  const about = shown === undefined ? aboutOf(await contentOf(soap)) : stranger;
  await signOut(soap, about, manager);
  const another = new SoapEndpoint(probe, url, tls);
  if ((await bestEffort(() => takesAnybody(another, about, url))) === true) return OPEN;
  const identity = serviceText(xmlText(answer.body, 'userName'), 120);
  return {
    code: 'ok',
    advice: `Signed in to ${about.fullName} as ${identity}.`,
    identity,
    version: about.version,
    warnings: [...kindWarnings(values, about), ...rootWarnings(identity)],
  };
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The host accepts any user name, so the test proves nothing; enable authentication (a simulator needs it explicitly), or use another host.',
};

const contentOf = (soap: SoapEndpoint): Promise<OutboundAnswer> =>
  soap.call('urn:vim25', 'RetrieveServiceContent', [
    { name: '_this', type: 'ServiceInstance', text: 'ServiceInstance' },
  ]);

/** If a gateway shows nothing to anonymous requests, one of two names is the right one. */
async function signIn(
  soap: SoapEndpoint,
  about: About,
  login: Login,
): Promise<{ answer: OutboundAnswer; manager: string }> {
  const manager = about.sessionManager;
  const answer = await loginTo(soap, about, manager, login);
  const missing = about === HIDDEN && /ManagedObjectNotFound/.test(xmlText(answer.body, 'Fault') ?? '');
  if (!missing) return { answer, manager };
  return { answer: await loginTo(soap, about, HOSTS_MANAGER, login), manager: HOSTS_MANAGER };
}

const HOSTS_MANAGER = 'ha-sessionmgr';
const HIDDEN: About = {
  fullName: NAME,
  version: '',
  apiVersion: '6.5',
  kind: 'vcenter',
  sessionManager: 'SessionManager',
};

const loginTo = (soap: SoapEndpoint, about: About, manager: string, { user, password }: Login) =>
  soap.call(`urn:vim25/${about.apiVersion}`, 'Login', [
    { name: '_this', type: 'SessionManager', text: manager },
    { name: 'userName', text: user },
    { name: 'password', text: password },
  ]);

async function signOut(soap: SoapEndpoint, about: About, manager: string): Promise<void> {
  const arguments_ = [{ name: '_this', type: 'SessionManager', text: manager }];
  await bestEffort(() => soap.call(`urn:vim25/${about.apiVersion}`, 'Logout', arguments_));
}

/** A user that nobody has can't be locked out; simulators let it in. */
async function takesAnybody(soap: SoapEndpoint, about: About, url: URL): Promise<boolean> {
  const nobody = { user: madeUp(), password: madeUp() };
  const bare = () => loginTo(soap, about, about.sessionManager, nobody);
  const open = await isOpen({ voice: VOICE, url, bare, isAnswer: isSession });
  if (open) await signOut(soap, about, about.sessionManager);
  return open;
}

const isSession = (answer: OutboundAnswer) => xmlText(answer.body, 'userName') !== undefined;

function aboutOf(answer: OutboundAnswer): About {
  const text = (name: string) => serviceText(xmlText(answer.body, name), 120);
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

const INVALID: TestVerdict = {
  code: 'invalid_credential',
  advice:
    'vSphere rejects this user or password; check both, and the domain of the user (user@vsphere.local).',
};

/** A wrong password is HTTP 500 here: the fault in the body says what it is. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const fault = xmlText(answer.body, 'Fault');
    if (fault === undefined || !/faultcode|faultstring/.test(fault)) return undefined;
    return FAULTS.find(([pattern]) => pattern.test(fault))?.[1] ?? 'own';
  },
};

const FAULTS: readonly (readonly [RegExp, TestVerdict])[] = [
  [
    /password\s+(has\s+|is\s+)?expired|expired\s+password/i,
    { code: 'expired', advice: 'The password has expired; set a new one in vSphere and store it.' },
  ],
  [/InvalidLogin/, INVALID],
  [
    /NoPermission/,
    {
      code: 'insufficient_permission',
      advice:
        'vSphere accepts the user, but the user has no permission to log in; give the user a role on the inventory.',
    },
  ],
  [
    /RestrictedVersion|LicenseExpired|NotEnoughLicenses/,
    {
      code: 'insufficient_permission',
      advice: 'The license of this host does not include the API; change the license.',
    },
  ],
];

function kindWarnings(values: FieldValues, { kind }: About): TestWarning[] {
  const stored = setting(values, 'endpoint_kind');
  if (stored === undefined || stored === kind) return [];
  const text = `The host is ${kind === 'vcenter' ? 'a vCenter' : 'an ESXi host'}, not what endpoint_kind says; correct it.`;
  return [{ code: 'unusual_form', text }];
}

function rootWarnings(identity: string): TestWarning[] {
  if (!/^(root|administrator@vsphere\.local|VSPHERE\.LOCAL\\Administrator)$/i.test(identity)) return [];
  const text =
    'This account has all permissions; a separate user with a role for the resources that Glassdome uses is enough.';
  return [{ code: 'over_privileged', text }];
}
