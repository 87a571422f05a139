import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { kindOfData, noteKind, vaultFor } from '../../../local/files/dataKind.js';

describe('the kind of Vault that made the data', () => {
  let place: { folder: string; log: string };
  const before = process.env['LOCAL_VAULT'];
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), 'broker-kind-'));
    place = { folder: join(root, 'vault'), log: join(root, 'vault.log') };
    mkdirSync(place.folder);
  });
  afterEach(() => {
    if (before === undefined) delete process.env['LOCAL_VAULT'];
    else process.env['LOCAL_VAULT'] = before;
    rmSync(join(place.folder, '..'), { recursive: true });
  });

  const keep = () => writeFileSync(join(place.folder, 'keys.json'), '{}');
  const refusalOf = async (asked: string): Promise<string> => {
    process.env['LOCAL_VAULT'] = asked;
    const found = await vaultFor(place, () => undefined).catch((error: Error) => error.message);
    return typeof found === 'string' ? found : 'not refused';
  };

  it('is refused where LOCAL_VAULT asks for the other one, with both ways out', async () => {
    keep();
    noteKind(place.folder, 'openbao');
    const text = await refusalOf('hashicorp');
    expect(text).to.contain(place.folder).and.contain('OpenBao').and.contain('LOCAL_VAULT=hashicorp');
    expect(text).to.contain('LOCAL_VAULT=openbao npm start').and.contain('LOCAL_DATA=<folder>');
    noteKind(place.folder, 'hashicorp');
    expect(await refusalOf('openbao')).to.contain('LOCAL_VAULT=hashicorp npm start');
  });

  it('is read from the log of data that was made before it was noted', () => {
    expect(kindOfData(place)).to.equal(undefined);
    keep();
    expect(kindOfData(place)).to.equal(undefined);
    writeFileSync(place.log, '==> Vault server configuration:\n');
    expect(kindOfData(place)).to.equal('hashicorp');
    writeFileSync(place.log, '==> Vault server configuration:\n==> OpenBao server configuration:\n');
    expect(kindOfData(place)).to.equal('openbao');
  });
});
