import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readKubeconfig } from '../../../src/connectors/kubernetes/kubeconfig.js';

const library = fileURLToPath(new URL('../../support/loudLibrary.js', import.meta.url));
const SECRET = 'canary-of-a-library';

describe('what a library says of a text', () => {
  const cases: [kind: string, seen: RegExp, status: number][] = [
    ['yaml', /process_warning.*YAMLWarning.*TAG_RESOLVE_FAILED/, 0],
    ['key', /^$/, 0],
    ['warning', /process_warning/, 0],
    ['deprecation', /DeprecationWarning.*DEP0190/, 0],
    ['console', /library_output.*warn/, 0],
    ['trace', /library_output.*trace/, 0],
    ['rejection', /unhandledRejection \(Error\)/, 1],
    ['exception', /uncaughtException \(SyntaxError\)/, 1],
    ['url', /uncaughtException \(TypeError\)/, 1],
    ['thrown', /unhandledRejection \(string\)/, 1],
    ['members', /unhandledRejection \(Error\)/, 1],
  ];
  for (const [kind, seen, status] of cases)
    it(`is noted, and not printed: ${kind}`, () => {
      const done = spawnSync(process.execPath, [library, kind, SECRET], { encoding: 'utf8' });
      const said = done.stdout + done.stderr;
      expect(said).to.not.contain(SECRET);
      expect(said).to.not.contain('canary');
      if (kind !== 'key') expect(said).to.match(seen);
      expect(done.status).to.equal(status);
    });

  it('is not said at all of a kubeconfig', async () => {
    const warnings: string[] = [];
    const listener = (warning: Error) => void warnings.push(warning.message);
    process.on('warning', listener);
    const users = (user: string) =>
      `apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {server: "https://h"}\ncontexts:\n- name: x\n  context: {cluster: c, user: u}\ncurrent-context: x\nusers:\n- name: u\n  user: ${user}\n`;
    const odd = [
      `{token: !vault ${SECRET}}`,
      `{token: !unsafe "${SECRET}"}`,
      `{username: a, password: !${SECRET}}`,
      `{token: {{ ${SECRET} }}}`,
      `{? [${SECRET}] : 1}`,
      `{token: *${SECRET}}`,
      `"${SECRET}`,
    ];
    for (const user of odd) {
      try {
        readKubeconfig(users(user), undefined);
      } catch (error) {
        expect(JSON.stringify(error) + String(error)).to.not.contain(SECRET);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(warnings).to.deep.equal([]);
  });
});
