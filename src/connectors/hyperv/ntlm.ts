import { createHmac, randomBytes } from 'node:crypto';
import md4 from 'js-md4';

/** Who signs in. The domain may be a host's own name, or empty. */
export interface NtlmUser {
  domain: string;
  user: string;
  password: string;
}

/**
 * UNICODE, OEM, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, VERSION, 128, 56 (MS-NLMP 2.2.2.5).
 * Neither signing nor sealing: the connection is TLS.
 */
const FLAGS = 0xa2088207;
const SIGNATURE = Buffer.from('NTLMSSP\0');
/** Windows 10, NTLM revision 15; servers only look at the revision. */
const VERSION = Buffer.from([10, 0, 0, 0, 0, 0, 0, 15]);
const AV_TIMESTAMP = 7;

/** The first message, in its 40-byte form: some servers refuse the shorter one. */
export function negotiateMessage(): string {
  const head = Buffer.alloc(32);
  SIGNATURE.copy(head);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(FLAGS, 12);
  return Buffer.concat([head, VERSION]).toString('base64');
}

/** What the server's answer holds, or undefined where it is none of NTLM's. */
export interface NtlmChallenge {
  challenge: Buffer;
  targetInfo: Buffer;
}

export function readChallenge(base64: string): NtlmChallenge | undefined {
  const message = Buffer.from(base64, 'base64');
  if (message.length < 48 || !message.subarray(0, 8).equals(SIGNATURE) || message.readUInt32LE(8) !== 2)
    return undefined;
  const [length, offset] = [message.readUInt16LE(40), message.readUInt32LE(44)];
  if (offset + length > message.length) return undefined;
  return { challenge: message.subarray(24, 32), targetInfo: message.subarray(offset, offset + length) };
}

/** The last message: proves the password by NTLMv2 (MS-NLMP 3.3.2) without sending it. */
export function authenticateMessage(
  user: NtlmUser,
  { challenge, targetInfo }: NtlmChallenge,
  now: Date,
): string {
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    timestampIn(targetInfo) ?? fileTime(now),
    randomBytes(8),
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ]);
  const key = responseKey(user);
  const proof = hmac(key, Buffer.concat([challenge, blob]));
  const parts = [
    Buffer.alloc(24),
    Buffer.concat([proof, blob]),
    utf16(user.domain),
    utf16(user.user),
    utf16('GLASSDOME'),
    Buffer.alloc(0),
  ];
  const head = Buffer.alloc(64);
  SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  let offset = head.length + VERSION.length;
  parts.forEach((part, index) => {
    const at = 12 + index * 8;
    head.writeUInt16LE(part.length, at);
    head.writeUInt16LE(part.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    offset += part.length;
  });
  head.writeUInt32LE(FLAGS, 60);
  return Buffer.concat([head, VERSION, ...parts]).toString('base64');
}

/** NTOWFv2: the name counts in upper case, the domain as it is written. */
function responseKey({ domain, user, password }: NtlmUser): Buffer {
  const hash = Buffer.from(md4.array(utf16(password)));
  return hmac(hash, utf16(windowsUpperCase(user) + domain));
}

/**
 * As Windows does it: each UTF-16 unit separately, so that none becomes two ("ß" stays), and none beyond ASCII
 * becomes one of ASCII ("ı" stays).
 */
export const windowsUpperCase = (text: string): string =>
  text
    .split('')
    .map((unit) => {
      const upper = unit.toUpperCase();
      return upper.length === 1 && (upper >= '\u0080' || unit < '\u0080') ? upper : unit;
    })
    .join('');

const hmac = (key: Buffer, data: Buffer) => createHmac('md5', key).update(data).digest();
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

/** The server's own time, if it sends one: then clocks need not agree. */
function timestampIn(pairs: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= pairs.length; ) {
    const [id, length] = [pairs.readUInt16LE(at), pairs.readUInt16LE(at + 2)];
    if (id === 0) return undefined;
    if (id === AV_TIMESTAMP && length === 8 && at + 12 <= pairs.length)
      return pairs.subarray(at + 4, at + 12);
    at += 4 + length;
  }
  return undefined;
}

/** Tenths of microseconds since 1601. */
function fileTime(now: Date): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(now.getTime()) + 11_644_473_600_000n) * 10_000n);
  return time;
}
