import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { keyFile } from '../../../src/connectors/googleCloud/googleKeyFile.js';
import { readKubeconfig, requireLogin } from '../../../src/connectors/kubernetes/kubeconfig.js';
import { checkRules } from '../../../src/domain/services/fieldRules.js';
import { TestEnded } from '../../../src/domain/testing/testResult.js';
import { repairedPem } from '../../../src/domain/text/wrappedText.js';
import { connector, merge, problems, stored } from '../../support/cases/mergeForms.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

const advice = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof TestEnded) return error.finding.advice;
    throw error;
  }
  return 'taken';
};

const config = ({ head = '', cluster = '', user = '    token: tok-a1' } = {}) => `${head}clusters:
- name: c
  cluster:
    server: https://k.lab.example:6443
${cluster}contexts:
- name: x
  context: {cluster: c, user: u}
current-context: x
users:
- name: u
  user:
${user}
`;

const { cert, key } = makeSelfSigned();
const data = (text: string) => Buffer.from(text).toString('base64');

describe('a kubeconfig', () => {
  it('is taken where kubectl takes it', () => {
    const taken: Record<string, string> = {
      'no kind and no apiVersion': config(),
      'kind without apiVersion': config({ head: 'kind: Config\n' }),
      'a null exec': config({ user: '    token: tok-a1\n    exec: null' }),
      'a null auth-provider and an empty tokenFile': config({
        user: '    token: tok-a1\n    auth-provider: ~\n    tokenFile: ""',
      }),
      'empty paths': config({ user: '    token: tok-a1\n    client-certificate: ""\n    client-key: ""' }),
      'an empty proxy': config({ cluster: '    proxy-url: ""\n' }),
      'a path beside the data that win': config({
        user: `    client-certificate: a.crt\n    client-certificate-data: ${data(cert)}\n    client-key-data: ${data(key)}`,
      }),
      'an anchor': config({ user: '    &u {token: tok-a1}' }),
      'a mark at its beginning': `\uFEFF${config()}`,
      'line ends of Windows': config().replace(/\n/g, '\r\n'),
      base64: data(config()),
      'base64 over several lines': data(config()).replace(/.{60}/g, '$&\n'),
      JSON: JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://k' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
        users: [{ name: 'u', user: { token: 'tok-a1', exec: null } }],
      }),
      'an alias': `${config().replace('cluster:\n    server', 'cluster: &k\n    server')}extra: *k\n`,
    };
    for (const [what, text] of Object.entries(taken))
      expect(
        advice(() => readKubeconfig(text, undefined)),
        what,
      ).to.equal('taken');
  });

  it('is refused by what it really is', () => {
    const refused: readonly (readonly [string, string, RegExp])[] = [
      ['a program', config({ user: '    exec: {command: aws}' }), /uses exec, which would run a program/],
      [
        'a file',
        config({ user: '    client-certificate: /a.crt\n    client-key: /a.key' }),
        /names a file in client-certificate/,
      ],
      [
        'a token in a file',
        config({ user: '    token: tok-a1\n    tokenFile: /t' }),
        /names a file in tokenFile/,
      ],
      ['a proxy', config({ cluster: '    proxy-url: http://proxy:3128\n' }), /uses a proxy/],
      ['another user', config({ user: '    token: tok-a1\n    as: nobody' }), /acts as another user \(as\)/],
      [
        'nothing to sign in',
        config({ user: '    extensions: []' }),
        /neither token, client certificate nor password/,
      ],
      ['a number as token', config({ user: '    token: 4711' }), /token in the kubeconfig is not a string/],
      [
        'data that are no base64',
        config({ user: '    client-certificate-data: "%%"' }),
        /client-certificate-data in the kubeconfig is not base64/,
      ],
      [
        'data of something else',
        config({ cluster: `    certificate-authority-data: ${data('hello')}\n` }),
        /certificate-authority-data .* does not contain PEM/,
      ],
      ['half a pair', config({ user: `    client-certificate-data: ${data(cert)}` }), /but not both/],
      ['another object', 'kind: Secret\ndata: {}\n', /another kind/],
      [
        'a word in quotes for a switch',
        config({ cluster: '    insecure-skip-tls-verify: "true"\n' }),
        /neither true nor false/,
      ],
      ['no YAML', 'a: [b', /is not valid YAML/],
      ['some YAML', 'a: b', /not a kubeconfig/],
    ];
    for (const [what, text, message] of refused) {
      const told = advice(() => requireLogin(readKubeconfig(text, undefined)));
      expect(told, what).to.match(message);
      expect(told, what).to.not.match(/tok-a1|4711|hello/);
    }
  });

  it('may be as long as those of six clusters; a longer one is refused with the way out', () => {
    const long = (bytes: number) => config({ head: `# ${'x'.repeat(bytes)}\n` });
    const of = (text: string) => ({ auth_method: 'kubeconfig', kubeconfig: text });
    expect(problems('kubernetes', of(long(100_000)))).to.deep.equal([]);
    expect(problems('kubernetes', of(long(140_000))).join()).to.match(/at most 131072 bytes; add --minify/);
  });
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const file = (more: object = {}) => ({
  type: 'service_account',
  project_id: 'lab-project-9',
  private_key_id: '0123456789abcdef0123456789abcdef01234567',
  private_key: String(rsa),
  client_email: 'broker@lab-project-9.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
  ...more,
});

describe('a key file of Google', () => {
  it('is taken as editors, variables and pipelines leave it', () => {
    const text = JSON.stringify(file(), null, 2);
    const taken: Record<string, string> = {
      'a mark at its beginning': `\uFEFF${text}`,
      'raw line ends in the key': text.replace(/\\n/g, '\n'),
      'raw line ends of Windows': JSON.stringify(file()).replace(/\\n/g, '\r\n'),
      'line ends escaped twice': JSON.stringify(file({ private_key: String(rsa).replace(/\n/g, '\\n') })),
      'line ends that became blanks': JSON.stringify(
        file({ private_key: String(rsa).trim().replace(/\n/g, ' ') }),
      ),
      base64: Buffer.from(text).toString('base64'),
      'base64 with a mark inside, over several lines': Buffer.from(`\uFEFF${text}`)
        .toString('base64')
        .replace(/.{76}/g, '$&\r\n'),
      'a text of JSON': JSON.stringify(JSON.stringify(file())),
      'escaped quotes': JSON.stringify(JSON.stringify(file())).slice(1, -1),
      'quotes of a shell': `'${JSON.stringify(file())}'`,
      'an older token address': JSON.stringify(
        file({ token_uri: 'https://accounts.google.com/o/oauth2/token' }),
      ),
    };
    for (const [what, given] of Object.entries(taken))
      expect(
        advice(() => keyFile(given)),
        what,
      ).to.equal('taken');
  });

  it('is refused by what is wrong with it', () => {
    const text = JSON.stringify(file());
    const refused: readonly (readonly [string, RegExp])[] = [
      [text.slice(0, 300), /its end is missing/],
      [text.replace('"type"', 'type'), /a quote, comma or brace in it is missing/],
      ['/home/anna/lab-project-9.json', /the name of a file/],
      ['AIzaSyA-of-tests', /does not begin with a brace/],
      [JSON.stringify(file({ private_key: undefined })), /has no private_key/],
      [JSON.stringify(file({ private_key: 'x' })), /not an RSA key in PEM form/],
      [JSON.stringify(file({ universe_domain: 's3ns.example' })), /universe_domain/],
      [
        JSON.stringify(file({ token_uri: 'https://accounts.google.com.evil.example/token' })),
        /token address in the key file/,
      ],
    ];
    for (const [given, message] of refused) expect(advice(() => keyFile(given))).to.match(message);
  });
});

describe('PEM', () => {
  it('gets its lines back, and is left alone where it has them', () => {
    expect(repairedPem(cert)).to.equal(cert);
    for (const given of [
      cert.replace(/\n/g, '\\n'),
      cert.replace(/\n/g, '\\r\\n'),
      cert.trim().replace(/\n/g, ' '),
      Buffer.from(cert).toString('base64'),
      `\uFEFF${cert}`,
    ])
      expect(repairedPem(given).trim()).to.equal(cert.trim());
    expect(repairedPem('not PEM')).to.equal('not PEM');
    const given = { base_url: 'https://g', token: 'glsa_x', ca_cert_pem: cert.replace(/\n/g, '\\n') };
    expect(stored('grafana', given).settings['ca_cert_pem']?.trim()).to.equal(cert.trim());
  });

  it('of many certificates names the one that is broken', () => {
    const ok = [1, 2, 3].map(() => makeSelfSigned().cert);
    const rule = (pem: string) => {
      const given = { base_url: 'https://g', token: 'glsa_x', ca_cert_pem: pem };
      try {
        checkRules(connector('grafana'), merge('grafana', given).values);
      } catch (error) {
        return String((error as { detail?: string }).detail);
      }
      return '';
    };
    const cut = ok[1]?.replace(/\n(.{64})\n/, '\n') ?? '';
    expect(rule(ok.join(''))).to.equal('');
    expect(rule(`Subject: lab\n${ok.join('\n# next\n')}`)).to.equal('');
    expect(rule([ok[0], cut, ok[2]].join(''))).to.include('number 2 of 3 can’t be read');
    expect(rule([ok[0], ok[1], ok[2]?.slice(0, 200)].join(''))).to.include('number 3 of 3');
  });
});
