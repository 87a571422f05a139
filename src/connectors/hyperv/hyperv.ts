import type { FieldValues } from '../../domain/credentials/fields.js';
import type { Connector } from '../../domain/services/connector.js';
import { headerOf, type OutboundAnswer, type Probe } from '../../domain/testing/outbound.js';
import { serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import { pastedUrl } from '../common/pastedUrl.js';
import { baseUrl, needed, notThisService, setting } from '../common/probing.js';
import { unproven } from '../common/proof.js';
import { asStranger, isOpen } from '../common/stranger.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';
import { xmlText } from '../common/xmlText.js';
import { rulesOf } from '../fieldRules.js';
import { enumerateQuery, IDENTIFY, WsmanEndpoint, type WsmanLogin } from './wsman.js';

/** Hyper-V through WinRM over HTTPS: NTLM, or Basic for local accounts. */
export const hyperv: Connector = {
  serviceType: 'hyperv',
  shortName: 'Hyper-V',
  template: {
    service_type: 'hyperv',
    title: 'Microsoft Hyper-V',
    docs_url:
      'https://learn.microsoft.com/windows/win32/winrm/installation-and-configuration-for-windows-remote-management',
    required_fields: [
      { name: 'host', type: 'text', label: 'Host' },
      {
        name: 'user',
        type: 'text',
        label: 'Username',
        help: 'HOST\\user, DOMAIN\\user or user@domain.',
      },
      { name: 'password', type: 'password', label: 'Password' },
      { name: 'auth_method', type: 'select', label: 'Authentication', options: ['ntlm', 'basic'] },
    ],
    optional_fields: [
      { name: 'port', type: 'integer', label: 'Port of the HTTPS listener', default: '5986' },
      ...brokerTlsFields,
    ],
    paste_forms: [{ field: 'host', ...pastedUrl('wsman') }],
  },
  schemes: ['https'],
  destinationFields: ['host', 'port', ...brokerTlsDestinationFields],
  steersNothing: ['user'],
  rules: rulesOf({
    ...tlsRules,
    user: (name, values) =>
      setting(values, 'auth_method') === 'basic' && name.includes(':') ? 'must not contain ":"' : undefined,
  }),
  envNames: { HYPERV_HOST: 'host', HYPERV_USER: 'user', HYPERV_PASSWORD: 'password' },
  envAliases: {},
  test: testHyperv,
  guide: {
    create: [
      'On the host: add a separate user and add it to Remote Management Users and Hyper-V Administrators.',
      'Create an HTTPS listener with a certificate: winrm quickconfig -transport:https.',
    ],
    permissions:
      'Remote Management Users to log in, Hyper-V Administrators to see virtual machines. A host with CbtHardeningLevel Strict refuses every NTLM login without channel binding, which the broker does not support.',
    test: 'Requests the product without logging in, then logged in, then the virtual machines. Only over HTTPS; no Kerberos.',
  },
};

const NAME = 'Hyper-V';
const QUERY = 'SELECT ElementName,EnabledState,Caption FROM Msvm_ComputerSystem';

async function testHyperv(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = new URL('wsman', baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '5986' }));
  const tls = tlsOf(values);
  const login = loginOf(values);
  const host = new WsmanEndpoint(probe, url, tls);
  const question = { voice: VOICE, url };
  const shown = await asStranger(question, () => host.identify());
  if (shown !== undefined && !isWinrm(shown)) throw notThisService(NAME);
  const isAnswer = (answer: OutboundAnswer) => rowsIn(answer.body) !== undefined;
  const machines = enumerateQuery(url, 'root/virtualization/v2', QUERY);
  if (await isOpen({ ...question, bare: () => host.askBare(machines), isAnswer })) return OPEN;
  const answer = await host.ask(IDENTIFY, login);
  const wrong = refusal(answer);
  if (wrong !== undefined) return wrong;
  const version = serviceText(xmlText(answer.body, 'ProductVersion'), 80);
  const identity = serviceText(needed(values, 'user'), 120);
  const listed = await host.ask(machines, login);
  const refused = refusal(listed);
  if (refused !== undefined) return { ...refused, identity, version };
  const rows = rowsIn(listed.body);
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} as ${identity}; it shows ${Math.max((rows ?? 0) - 1, 0)} virtual machines.`,
    identity,
    version,
    warnings: [...rightsWarnings(rows)],
  };
}

function loginOf(values: FieldValues): WsmanLogin {
  const [name, password] = [needed(values, 'user'), needed(values, 'password')];
  if (setting(values, 'auth_method') === 'basic') return { kind: 'basic', user: name, password };
  const [, domain, user] = /^([^\\]*)\\(.+)$/.exec(name) ?? [];
  return { kind: 'ntlm', user: { domain: domain ?? '', user: user ?? name, password } };
}

/**
 * Rows of the answer, the host's own among them; undefined where it holds none because they are yet to be fetched. A
 * query for some columns comes as fragments without a class.
 */
function rowsIn(body: string): number | undefined {
  if (!/<(\w+:)?(Items|EndOfSequence)[\s/>]/.test(body)) return undefined;
  return (body.match(/<(\w+:)?(XmlFragment|Msvm_ComputerSystem)[\s>]/g) ?? []).length;
}

/** The host itself is a row, too: a user who sees none has no access. */
function rightsWarnings(rows: number | undefined): TestWarning[] {
  if (rows === undefined) return [unproven('the virtual machines')];
  if (rows > 0) return [];
  const text =
    'The user can log in but sees neither host nor virtual machines: add it to Hyper-V Administrators.';
  return [{ code: 'no_acl', text }];
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The host lists its virtual machines without a login, so the test proves nothing; enable authentication for the listener.',
};

const isWinrm = (answer: OutboundAnswer) =>
  xmlText(answer.body, 'ProtocolVersion')?.includes('wsman') === true;

/** Faults come with 200 or 500, and a 401 that offers WinRM's own ways to sign in means the password. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const offered = headerOf(answer, 'www-authenticate');
    if (answer.status === 401 && /\b(Negotiate|NTLM|Kerberos|Basic realm="WSMAN")/i.test(offered))
      return REFUSED;
    const fault = xmlText(answer.body, 'Fault');
    return fault === undefined ? undefined : faultFinding(fault);
  },
};

const REFUSED: TestVerdict = {
  code: 'invalid_credential',
  advice: 'The host rejects this user or password; check both, and the domain before the "\\".',
};

function refusal(answer: OutboundAnswer): TestVerdict | undefined {
  const wrong = verdict(answer, VOICE);
  if (wrong === undefined && !/xml/.test(headerOf(answer, 'content-type'))) throw notThisService(NAME);
  return wrong;
}

function faultFinding(fault: string): TestVerdict {
  if (/AccessDenied|\bcode="5"|0x80070005|0x80041003/i.test(fault))
    return {
      code: 'insufficient_permission',
      advice: 'The user can log in, but has no access to Hyper-V; add it to Hyper-V Administrators.',
    };
  if (/InvalidNamespace|0x8004100e/i.test(fault))
    return {
      code: 'not_this_service',
      advice:
        'WinRM answers, but the role Hyper-V is not installed on this host; install it, or use another host.',
    };
  if (/unencrypted/i.test(fault))
    return {
      code: 'misconfigured',
      advice: 'The listener uses plain HTTP; create an HTTPS listener and set its port.',
    };
  return {
    code: 'service_error',
    advice: 'WinRM answered with a fault; check the event log of the host, then test again.',
  };
}
