import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/**
 * The file of that name in a wheel, which is a zip archive. Throws when there is none.
 * @param name the end of its path.
 */
export function fileInWheel(wheel: Buffer, name: string): Buffer {
  const end = wheel.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || wheel.readUInt32LE(end) !== END) throw new Error('it is not a wheel');
  const count = wheel.readUInt16LE(end + 10);
  let at = wheel.readUInt32LE(end + 16);
  for (let n = 0; n < count && wheel.readUInt32LE(at) === ENTRY; n += 1) {
    const nameLength = wheel.readUInt16LE(at + 28);
    const path = wheel.toString('utf8', at + 46, at + 46 + nameLength);
    if (path.endsWith(name)) return contentAt(wheel, at);
    at += 46 + nameLength + wheel.readUInt16LE(at + 30) + wheel.readUInt16LE(at + 32);
  }
  throw new Error(`it holds no ${name}`);
}

function contentAt(wheel: Buffer, entry: number): Buffer {
  const method = wheel.readUInt16LE(entry + 10);
  const packed = wheel.readUInt32LE(entry + 20);
  const size = wheel.readUInt32LE(entry + 24);
  const header = wheel.readUInt32LE(entry + 42);
  const begin = header + 30 + wheel.readUInt16LE(header + 26) + wheel.readUInt16LE(header + 28);
  const bytes = wheel.subarray(begin, begin + packed);
  return method === DEFLATED ? inflateRawSync(bytes, { maxOutputLength: size }) : bytes;
}
