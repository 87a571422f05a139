import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate of its own authority for 127.0.0.1 and localhost, made anew for each run. PEM. */
export interface SelfSigned {
  cert: string;
  key: string;
}

interface SelfSignedOptions {
  /** `RSA` where a service takes nothing else; left out: ECDSA P-256. */
  kind?: 'RSA';
  /** The last second, as `YYMMDDHHMMSSZ`; left out: the end of 2049. */
  until?: string;
  /** Common name; left out: `broker test`. */
  name?: string;
  /** Who vouches for it, by name; left out: itself. */
  issuer?: SelfSigned & { name: string };
}

/** X.509 v3 (RFC 5280), written out in DER because Node can read certificates but not make them. */
export function makeSelfSigned(options: SelfSignedOptions = {}): SelfSigned {
  const { kind, until = '491231235959Z', name: own = 'broker test', issuer } = options;
  const rsa = kind === 'RSA';
  const { publicKey, privateKey } = rsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = rsa
    ? seq(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)))
    : seq(oid('2a8648ce3d040302'));
  const named = (text: string) => seq(set(seq(oid('550403'), der(0x0c, Buffer.from(text)))));
  const validity = seq(der(0x17, Buffer.from('150101000000Z')), der(0x17, Buffer.from(until)));
  const names = seq(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = der(
    0xa3,
    seq(extension('551d11', names), extension('551d13', seq(der(0x01, Buffer.from([0xff]))))),
  );
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const toBeSigned = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    named(issuer?.name ?? own),
    validity,
    named(own),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, issuer?.key ?? privateKey)]);
  const body = seq(toBeSigned, algorithm, der(0x03, signature)).toString('base64');
  const lines = body.match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extension(id: string, value: Buffer): Buffer {
  return seq(oid(id), der(0x04, value));
}
function seq(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}
function set(...parts: Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}
function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
