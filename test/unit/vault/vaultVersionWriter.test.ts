import { expect } from 'chai';
import type { Changed, VaultAccess } from '../../../src/adapters/vault/connection/vaultApi.js';
import type { StoredData } from '../../../src/adapters/vault/kv/kvAnswers.js';
import { VersionWriter } from '../../../src/adapters/vault/kv/versionWriter.js';
import { Secret } from '../../../src/domain/secret.js';
import type { StoredMetadata } from '../../../src/ports/vault.js';
import { ok, status } from '../../support/services/scriptedVault.js';
import { rejection } from '../../support/services/vaultSetup.js';

const UNKNOWN: Changed = { verdict: 'unknown', reason: 'timeout' };
const MISMATCH: Changed = { verdict: 'cas_mismatch', answer: status(400) };
const VALUES = { settings: { host: 'a' }, secrets: { token: new Secret('t') } };
const written = (version: number): Changed => ({
  verdict: 'ok',
  answer: ok({ version, created_time: `time-${version}` }),
});

/** Versions that Vault holds in the end, and what it answers to each write. `lands` is done while it answers. */
function setUp(
  answers: { answer: Changed; lands?: Record<string, string> }[],
  before: Record<string, string>[] = [],
) {
  const versions = [...before];
  const sent: object[] = [];
  const change = async (_method: string, _path: string, body?: object): Promise<Changed> => {
    sent.push(body ?? {});
    const next = answers[sent.length - 1];
    if (next === undefined) throw new Error('one write too many');
    if (next.lands !== undefined) versions.push(next.lands);
    return next.answer;
  };
  const metadata = async (): Promise<StoredMetadata | null> =>
    versions.length === 0
      ? null
      : {
          currentVersion: versions.length,
          maxVersions: 0,
          custom: {},
          versions: new Map(
            versions.map((_, i) => [
              i + 1,
              { createdTime: `time-${i + 1}`, deleted: false, destroyed: false },
            ]),
          ),
        };
  const readData = async (_path: string, version: number): Promise<StoredData> => ({
    version,
    createdTime: `time-${version}`,
    data: versions[version - 1] ?? {},
  });
  const access = { change } as unknown as VaultAccess;
  return { writer: new VersionWriter(access, 'kv', metadata, readData), sent };
}

const mine = { token: 't', host: 'a' };
const other = { token: 'x', host: 'a' };

describe('a write whose outcome is unknown', () => {
  it('is one success when it came through', async () => {
    const { writer, sent } = setUp([{ answer: UNKNOWN, lands: mine }]);
    expect(await writer.write('aws/a-1', VALUES, 0)).to.deep.equal({ version: 1, createdTime: 'time-1' });
    expect(sent).to.have.length(1);
  });

  it('is sent once more, with the same cas, when nothing changed', async () => {
    const { writer, sent } = setUp([{ answer: UNKNOWN }, { answer: written(2), lands: mine }], [other]);
    expect(await writer.write('aws/a-1', VALUES, 1)).to.deep.equal({ version: 2, createdTime: 'time-2' });
    expect(sent).to.deep.equal([
      { data: mine, options: { cas: 1 } },
      { data: mine, options: { cas: 1 } },
    ]);
  });

  it('is one success when the first one arrives only while the second is sent', async () => {
    const { writer } = setUp([{ answer: UNKNOWN }, { answer: MISMATCH, lands: mine }], [other]);
    expect(await writer.write('aws/a-1', VALUES, 1)).to.deep.equal({ version: 2, createdTime: 'time-2' });
  });

  it('is a conflict when somebody else took the number', async () => {
    const { writer } = setUp([{ answer: UNKNOWN, lands: other }]);
    expect(await rejection(writer.write('aws/a-1', VALUES, 0))).to.include({ code: 'conflict' });
    const late = setUp([{ answer: UNKNOWN }, { answer: MISMATCH, lands: other }]);
    expect(await rejection(late.writer.write('aws/a-1', VALUES, 0))).to.include({ code: 'conflict' });
  });

  it('is a success when somebody has already written on top of it', async () => {
    const { writer } = setUp([{ answer: UNKNOWN, lands: mine }], [other]);
    expect(await writer.write('aws/a-1', VALUES, 1)).to.include({ version: 2 });
  });

  it('is told as unavailable when it stays unknown', async () => {
    const { writer, sent } = setUp([{ answer: UNKNOWN }, { answer: UNKNOWN }], [other]);
    expect(await rejection(writer.write('aws/a-1', VALUES, 1))).to.include({ code: 'store_unavailable' });
    expect(sent).to.have.length(2);
  });
});

describe('a write that is answered', () => {
  it('is a conflict at once when the latest version is another one', async () => {
    const { writer, sent } = setUp([{ answer: MISMATCH }], [mine, other]);
    expect(await rejection(writer.write('aws/a-1', VALUES, 1))).to.include({ code: 'conflict' });
    expect(sent).to.have.length(1);
  });
});
