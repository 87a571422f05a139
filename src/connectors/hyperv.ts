import type { FieldValues } from '../domain/fields.js';
import { headerOf, type OutboundAnswer, type Probe } from '../domain/outbound.js';
import type { Connector } from '../domain/template.js';
import { ended, type Finding, foreignText } from '../domain/testResult.js';
import { baseUrl, needed, notThisService, setting, usualFinding } from './probing.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsWarnings } from './tlsFields.js';
import { enumerateQuery, IDENTIFY, WsmanEndpoint, type WsmanLogin } from './wsman.js';
import { xmlText } from './xmlText.js';

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
  },
  schemes: ['https'],
  destinationFields: ['host', 'port', ...brokerTlsDestinationFields],
  envNames: { HYPERV_HOST: 'host', HYPERV_USER: 'user', HYPERV_PASSWORD: 'password' },
  envAliases: {},
  test: testHyperv,
  guide: {
    create: [
      'On the host: add a user of its own and put it into Remote Management Users and Hyper-V Administrators.',
      'Make an HTTPS listener with a certificate: winrm quickconfig -transport:https.',
    ],
    permissions: 'Remote Management Users to sign in, Hyper-V Administrators to see virtual machines.',
    test: 'Asks for the product without signing in, then signed in, then for the virtual machines. Only over HTTPS; no Kerberos.',
  },
};

const NAME = 'Hyper-V';
const QUERY = 'SELECT ElementName,EnabledState,Caption FROM Msvm_ComputerSystem';

async function testHyperv(values: FieldValues, probe: Probe): Promise<Finding> {
  const url = new URL('wsman', baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '5986' }));
  const tls = tlsOf(values);
  const login = loginOf(values);
  const host = new WsmanEndpoint(probe, url, tls);
  productOf(await host.identify());
  const answer = await host.ask(IDENTIFY, login);
  const wrong = refusal(answer);
  if (wrong !== undefined) return wrong;
  const version = foreignText(xmlText(answer.body, 'ProductVersion'), 80);
  const identity = foreignText(needed(values, 'user'), 120);
  const listed = await host.ask(enumerateQuery(url, 'root/virtualization/v2', QUERY), login);
  const refused = refusal(listed);
  if (refused !== undefined) return { ...refused, identity, version };
  const machines = (listed.body.match(/<(\w+:)?Msvm_ComputerSystem[\s>]/g) ?? []).length - 1;
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} as ${identity}; it shows ${Math.max(machines, 0)} virtual machines.`,
    identity,
    version,
    warnings: tlsWarnings(url, tls),
  };
}

function loginOf(values: FieldValues): WsmanLogin {
  const [name, password] = [needed(values, 'user'), needed(values, 'password')];
  if (setting(values, 'auth_method') === 'basic') return { kind: 'basic', user: name, password };
  const [, domain, user] = /^([^\\]*)\\(.+)$/.exec(name) ?? [];
  return { kind: 'ntlm', user: { domain: domain ?? '', user: user ?? name, password } };
}

/** Proves that WinRM is there before anything secret is sent. */
function productOf(answer: OutboundAnswer): void {
  const wrong = usualFinding(answer, NAME);
  if (wrong !== undefined && answer.status !== 401) throw ended(wrong.code, wrong.advice, wrong);
  const isWinrm = xmlText(answer.body, 'ProtocolVersion')?.includes('wsman') === true;
  if (!isWinrm) throw notThisService(NAME);
}

/** Faults come with 200 or 500, and a 401 after the last leg means the password. */
function refusal(answer: OutboundAnswer): Finding | undefined {
  if (answer.status === 401)
    return {
      code: 'invalid_credential',
      advice: 'The host refuses this user or password; check both, and the domain before the "\\".',
    };
  const fault = xmlText(answer.body, 'Fault');
  if (fault !== undefined) return faultFinding(fault);
  const usual = usualFinding(answer, NAME);
  if (usual === undefined && !/xml/.test(headerOf(answer, 'content-type'))) throw notThisService(NAME);
  return usual;
}

function faultFinding(fault: string): Finding {
  if (/AccessDenied|\bcode="5"|0x80070005|0x80041003/i.test(fault))
    return {
      code: 'insufficient_permission',
      advice: 'The user signs in, but may not look at Hyper-V; put it into Hyper-V Administrators.',
    };
  if (/InvalidNamespace|0x8004100e/i.test(fault))
    return {
      code: 'not_this_service',
      advice:
        'WinRM answers, but the role Hyper-V is not installed on this host; install it, or name another host.',
    };
  if (/unencrypted/i.test(fault))
    return {
      code: 'misconfigured',
      advice: 'The listener is plain HTTP; make an HTTPS listener and name its port.',
    };
  return {
    code: 'service_error',
    advice: 'WinRM answered with a fault; look into the host’s event log, then test again.',
  };
}
