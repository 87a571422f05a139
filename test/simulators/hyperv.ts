import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/** The NT hash of the password was made by another program, so that nothing of the connector proves itself. */
export const hypervUser = { domain: 'HVHOST', name: 'broker', password: 'Correct-Horse-13' };
const NT_HASH = Buffer.from('8518513d610a5abdc00cf54278ac7b44', 'hex');

/** NTLM signs a connection in, not a request. */
interface Connections {
  challenges: Map<number, Buffer>;
  bound: Set<number>;
}

/** WinRM over HTTPS. States: `no_right`, `no_role`, `no_basic`, `no_ntlm`, `plain`, `odd_fault`, `whole` (rows with their class),
 * `nothing`, `later` (rows are to be fetched), `silent` (tells strangers nothing), `proxied` (something in front refuses strangers), `open`. */
export async function startHyperv(): Promise<Simulator> {
  const connections: Connections = { challenges: new Map(), bound: new Set() };
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request, connections) });
  return simulator;
}

const xml = { 'content-type': 'application/soap+xml;charset=UTF-8' };
const envelope = (inner: string) =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>${inner}</s:Body></s:Envelope>`;

function identified(version: string): SimulatedAnswer {
  const inner = `<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion><wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor><wsmid:ProductVersion>${version}</wsmid:ProductVersion></wsmid:IdentifyResponse>`;
  return { status: 200, headers: xml, body: envelope(inner) };
}

function answerOf(
  { state }: Simulator,
  request: SimulatedRequest,
  connections: Connections,
): SimulatedAnswer {
  if (request.url.pathname !== '/wsman') return { status: 404 };
  if (request.headers['wsmanidentify'] === 'unauthenticated') return stranger(state);
  const unsigned = state === 'open' ? undefined : signIn(state, request, connections);
  if (unsigned !== undefined) return unsigned;
  if (request.body.includes('Identify')) return identified('OS: 10.0.26100 SP: 0.0 Stack: 3.0');
  return machines(state);
}

function stranger(state: string): SimulatedAnswer {
  if (state === 'silent') return { status: 401, headers: { 'www-authenticate': ['Negotiate', 'Kerberos'] } };
  if (state === 'proxied') return { status: 401, headers: { 'www-authenticate': 'Basic realm="proxy"' } };
  return identified('OS: 0.0.0 SP: 0.0 Stack: 3.0');
}

function machines(state: string): SimulatedAnswer {
  const fault = (status: number, code: string) => ({
    status,
    headers: xml,
    body: envelope(
      `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code></s:Fault>`,
    ),
  });
  if (state === 'no_right') return fault(200, 'w:AccessDenied');
  if (state === 'no_role') return fault(500, 'InvalidNamespace 0x8004100e');
  if (state === 'plain') return fault(500, 'unencrypted traffic is disabled');
  if (state === 'odd_fault') return fault(500, 'w:InternalError');
  if (state === 'later') {
    const more = '<n:EnumerationContext>uuid:1</n:EnumerationContext>';
    return {
      status: 200,
      headers: xml,
      body: envelope(`<n:EnumerateResponse>${more}</n:EnumerateResponse>`),
    };
  }
  // A query for some columns has no class to name, so WinRM sends fragments.
  const columns =
    '<p:Caption>x</p:Caption><p:ElementName>x</p:ElementName><p:EnabledState>2</p:EnabledState>';
  const one =
    state === 'whole'
      ? `<p:Msvm_ComputerSystem>${columns}</p:Msvm_ComputerSystem>`
      : `<w:XmlFragment>${columns}</w:XmlFragment>`;
  return {
    status: 200,
    headers: xml,
    body: envelope(
      `<n:EnumerateResponse><n:EnumerationContext/><w:Items>${one.repeat(state === 'nothing' ? 0 : 3)}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`,
    ),
  };
}

/** Undefined once signed in; NTLM counts for its connection only. */
function signIn(
  state: string,
  request: SimulatedRequest,
  connections: Connections,
): SimulatedAnswer | undefined {
  const offers = [
    state === 'no_ntlm' ? [] : ['Negotiate'],
    state === 'no_basic' ? [] : ['Basic realm="WSMAN"'],
  ].flat();
  const refused: SimulatedAnswer = { status: 401, headers: { 'www-authenticate': offers } };
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic' && state !== 'no_basic') {
    const pair = Buffer.from(value, 'base64').toString('utf8');
    return pair === `${hypervUser.name}:${hypervUser.password}` ? undefined : refused;
  }
  const { challenges, bound } = connections;
  const { connection } = request;
  if (scheme === '' && bound.has(connection)) return undefined;
  if (scheme !== 'Negotiate' || state === 'no_ntlm' || bound.has(connection)) return refused;
  const message = Buffer.from(value, 'base64');
  if (message.readUInt32LE(8) === 1) {
    const challenge = randomBytes(8);
    challenges.set(connection, challenge);
    return { status: 401, headers: { 'www-authenticate': `Negotiate ${challengeMessage(challenge)}` } };
  }
  const challenge = challenges.get(connection);
  challenges.delete(connection);
  if (challenge === undefined || !proves(message, challenge)) return refused;
  bound.add(connection);
  return undefined;
}

function challengeMessage(challenge: Buffer): string {
  const pair = (id: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
  const info = Buffer.concat([
    pair(2, Buffer.from(hypervUser.domain, 'utf16le')),
    pair(7, time),
    pair(0, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  head.write('NTLMSSP\0', 0, 'latin1');
  head.writeUInt32LE(2, 8);
  head.writeUInt32LE(0xa2898205, 20);
  challenge.copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56, 44);
  return Buffer.concat([head, info]).toString('base64');
}

/** NTLMv2 as MS-NLMP 3.3.2 has it, from the server's side. */
function proves(message: Buffer, challenge: Buffer): boolean {
  const field = (at: number) =>
    message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at));
  const [response, domain, user] = [field(20), field(28).toString('utf16le'), field(36).toString('utf16le')];
  if (user.toLowerCase() !== hypervUser.name || response.length < 48) return false;
  const keyed = (key: Buffer, data: Buffer) => createHmac('md5', key).update(data).digest();
  const key = keyed(NT_HASH, Buffer.from(user.toUpperCase() + domain, 'utf16le'));
  return timingSafeEqual(
    keyed(key, Buffer.concat([challenge, response.subarray(16)])),
    response.subarray(0, 16),
  );
}
