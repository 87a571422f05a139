import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/** SOAP of a vCenter. States: `expired`, `no_permission`, `license`, `esxi`, `no_logout`, `open` (as vcsim); it counts open sessions. */
export const vmwareUser = { name: 'broker@vsphere.local', password: 'Correct-<Horse>-&-7' };
export const vmwareSessions = { open: 0 };

const envelope = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`;
const xml = { 'content-type': 'text/xml; charset=utf-8' };

function fault(name: string, text: string): SimulatedAnswer {
  const detail = `<detail><${name}Fault xmlns="urn:vim25" xsi:type="${name}"></${name}Fault></detail>`;
  const body = envelope(
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${text}</faultstring>${detail}</soapenv:Fault>`,
  );
  return { status: 500, headers: xml, body };
}

export async function startVmware(): Promise<Simulator> {
  vmwareSessions.open = 0;
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, { url, body, headers }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname !== '/sdk') return { status: 404, body: 'not found' };
  const method = /<soapenv:Body><(\w+) xmlns="urn:vim25">/.exec(body)?.[1];
  if (method === 'RetrieveServiceContent') return content(state === 'esxi');
  if (method === 'Logout') {
    if (state === 'no_logout') return { status: 503, body: '<html>Service Unavailable</html>' };
    if (headers.cookie !== 'vmware_soap_session="s1"')
      return fault('NotAuthenticated', 'The session is not authenticated.');
    vmwareSessions.open -= 1;
    return { status: 200, headers: xml, body: envelope('<LogoutResponse xmlns="urn:vim25"/>') };
  }
  if (method !== 'Login') return fault('MethodNotFound', 'no');
  return login(state, body);
}

function content(esxi: boolean): SimulatedAnswer {
  const [name, type] = esxi
    ? ['VMware ESXi 8.0.3', 'HostAgent']
    : ['VMware vCenter Server 8.0.3', 'VirtualCenter'];
  const about = `<about><name>x</name><fullName>${name}</fullName><version>8.0.3</version><build>24022510</build><apiType>${type}</apiType><apiVersion>8.0.3.0</apiVersion></about>`;
  const inner = `<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>${about}<sessionManager type="SessionManager">SessionManager</sessionManager></returnval></RetrieveServiceContentResponse>`;
  return { status: 200, headers: xml, body: envelope(inner) };
}

function login(state: string, body: string): SimulatedAnswer {
  const text = (name: string) =>
    (new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '').replace(/&#(\d+);/g, (_, code) =>
      String.fromCharCode(Number(code)),
    );
  if (state !== 'open' && (text('userName') !== vmwareUser.name || text('password') !== vmwareUser.password))
    return fault('InvalidLogin', 'Cannot complete login due to an incorrect user name or password.');
  if (state === 'expired') return fault('InvalidLogin', 'User password has expired.');
  if (state === 'no_permission')
    return fault('NoPermission', 'Permission to perform this operation was denied.');
  if (state === 'license')
    return fault('RestrictedVersion', 'Current license or ESXi version prohibits execution.');
  vmwareSessions.open += 1;
  const inner = `<LoginResponse xmlns="urn:vim25"><returnval><key>k</key><userName>VSPHERE.LOCAL\\broker</userName><fullName>Broker</fullName></returnval></LoginResponse>`;
  const cookie = 'vmware_soap_session="s1"; Path=/; HttpOnly; Secure;';
  return { status: 200, headers: { ...xml, 'set-cookie': cookie }, body: envelope(inner) };
}
