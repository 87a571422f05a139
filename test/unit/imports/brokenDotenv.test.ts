import { expect } from 'chai';
import { parseDotenv, warningText } from '../../../src/domain/imports/dotenv.js';
import { BROKEN_DOTENVS } from '../../support/cases/brokenDotenvs.js';
import { plan } from '../../support/cases/envPlans.js';
import { expectNoBlowUp } from '../../support/patience.js';

const MARK = 'canary-1234';

describe('a .env that is broken', () => {
  for (const { what, text, secrets } of BROKEN_DOTENVS)
    it(`repeats nothing of it: ${what}`, () => {
      const content = text.replaceAll('{MARK}', MARK);
      const { rows, warnings, groups } = plan(content);
      const said = JSON.stringify([
        rows,
        warnings,
        groups.map(({ envNames, problems }) => [envNames, problems]),
      ]);
      for (const secret of secrets) expect(said).to.not.contain(secret.replaceAll('{MARK}', MARK));
      expect(warnings.length + rows.filter((row) => row.class === 'placeholder').length).to.be.above(0);
      expect(
        rows.map(({ name }) => name),
        'the line behind it counts',
      ).to.include('AFTER');
      expect(parseDotenv(content).entries.find(({ name }) => name === 'AFTER')?.value).to.equal('1');
    });

  it('says which lines, and what to do', () => {
    const { text } = BROKEN_DOTENVS[0] ?? { text: '' };
    const { warnings, rows } = plan(`A=1\n\n${text}`);
    const last = 2 + text.split('\n').length - 2;
    const sentence = `lines 3-${last}: an unquoted private key; put it in quotes`;
    expect(warnings.map(warningText)).to.deep.equal([sentence]);
    expect(rows.find(({ name }) => name === 'KEY')).to.include({
      class: 'unquoted',
      secret: true,
      note: sentence,
    });
  });

  it('is read as ever where it only looks like that', () => {
    const values = (text: string) => parseDotenv(text).entries.map(({ name, value }) => [name, value]);
    const long = `sk-proj-${'Ab1'.repeat(20)}`;
    expect(
      values(`OPENAI_API_KEY=${long}\nANTHROPIC_API_KEY=\nFOO=\nsome_longer_setting=\nX=1\n`),
    ).to.deep.equal([
      ['OPENAI_API_KEY', long],
      ['ANTHROPIC_API_KEY', ''],
      ['FOO', ''],
      ['some_longer_setting', ''],
      ['X', '1'],
    ]);
    const names = ['baseUrl', 'awsSecret', 'Smtp2_Host', 'ConnectionStrings_Default', 'NEXT_apiUrl', 'FOO'];
    for (const name of names)
      expect(values(`KEY=${'Ab1'.repeat(8)}\n${name}=\n`).map(([n]) => n)).to.deep.equal(['KEY', name]);
    for (const name of ['userID', 'MyApp_DB', 'oAuthToken', ...names])
      expect(values(`KEY=\n${name}=\n`).map(([n]) => n)).to.deep.equal(['KEY', name]);
    expect(values('KEY="Zm9vYmFyYmF6cXV4"\nuserID=\n').map(([n]) => n)).to.deep.equal(['KEY', 'userID']);
    expect(values('KEY=Zm9vYmFyYmF6cXV4\n\nuserID=\n').map(([n]) => n)).to.deep.equal(['KEY', 'userID']);
    expect(values('A={abc\nB=2\nC=}y\n')).to.deep.equal([
      ['A', '{abc'],
      ['B', '2'],
      ['C', '}y'],
    ]);
    expect(values('A={"a":{"b":[1]}}\nB=[1,2]\nC="{\n}"\nD=\'[\n1]\'\n').map(([name]) => name)).to.deep.equal(
      ['A', 'B', 'C', 'D'],
    );
    expect(values('A="-----BEGIN X-----\nabc\n-----END X-----\n"\nB=1').map(([name]) => name)).to.deep.equal([
      'A',
      'B',
    ]);
    expect(values('A=-----BEGIN X-----\\nabc\\n-----END X-----\nB=1').map(([name]) => name)).to.deep.equal([
      'A',
      'B',
    ]);
    expect(values('A="=="\nB===\nQ="="\n')).to.deep.equal([
      ['A', '=='],
      ['B', '=='],
      ['Q', '='],
    ]);
  });

  it('is read in linear time, whatever the text', () => {
    const parts = [
      'A={\n',
      '{\n',
      'A=-----BEGIN X-----\n',
      '"\n',
      'A="{\n',
      `A=${'b'.repeat(41)}\n${'Bb1'.repeat(6)}\n`,
      'A=<<E\n',
      'A="""\n',
      'A=[\n"\n',
      `A=${'b'.repeat(200_000)}!\n`,
    ];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(262_144 / part.length));
      expectNoBlowUp(() => void parseDotenv(text), JSON.stringify(part));
    }
  });
});
