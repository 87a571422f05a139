import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { withoutTyped } from '../../../src/cli/typedWords.js';

const glassdome = fileURLToPath(new URL('../../../src/cli/glassdome.js', import.meta.url));
const KEY = 'sk-ant-api03-canary1234';

describe('what a command says of its arguments', () => {
  const lines: string[][] = [
    ['credentials', 'get', KEY],
    ['credentials', 'list', `--${KEY}`],
    ['credentials', 'add', 'openai', '--api-kee', KEY],
    ['credentials', 'list', '--limit', KEY],
    ['credentials', 'run', '--env-fil', KEY],
    ['credentials', KEY],
    [KEY],
    ['credentials', 'list', '--url', `https://u:${KEY}@h`],
    ['credentials', 'import', KEY],
    ['login', '--password', 'hunter2-canary', '--nonsense'],
  ];
  for (const words of lines)
    for (const json of [[], ['--json']])
      it(`holds no secret: ${words.join(' ').replaceAll(KEY, 'KEY')} ${json.join('')}`, () => {
        const env = { PATH: '/nowhere', HOME: '/nowhere', GLASSDOME_BROKER_URL: 'http://127.0.0.1:9' };
        const done = spawnSync(process.execPath, [glassdome, ...words, ...json], { encoding: 'utf8', env });
        expect(done.status).to.not.equal(0);
        expect(done.stdout + done.stderr).to.not.contain('canary');
        expect(done.stderr).to.not.equal('');
      });

  it('repeats all else', () => {
    const text = 'There is no credential "lab", and lab is no option';
    expect(withoutTyped(text, ['get', 'lab'])).to.equal(text);
    expect(withoutTyped('no token glassdome-token', ['--token-name', 'glassdome-token'])).to.contain(
      'glassdome-token',
    );
    expect(withoutTyped("unknown '--token=abcd1'", ['--token=abcd1'])).to.equal("unknown '--token=…'");
    expect(withoutTyped('bad hunter2x', ['--password', 'hunter2x'])).to.equal('bad …');
  });
});
