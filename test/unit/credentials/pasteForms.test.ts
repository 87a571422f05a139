import { expect } from 'chai';
import fc from 'fast-check';
import { connectors } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import { allFields, isSecretField, mergeFields } from '../../../src/domain/credentials/templateFields.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { problems, stored } from '../../support/cases/mergeForms.js';
import { expectNoBlowUp } from '../../support/patience.js';

const UUID = '0f1e2d3c-4b5a-4968-8776-655443322110';
const word = fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/);
const blank = fc.constantFrom('', ' ');
/** Stands for the secret, and is found again wherever it went. */
const secret = fc.stringMatching(/^[A-Za-z0-9/+]{40}$/);

/** A text as somebody may copy it from the service or from a file, and the secrets in it. */
interface Pasted {
  text: string;
  secrets: string[];
}

const proxmoxToken = fc
  .record({
    prefix: fc.constantFrom('', 'PVEAPIToken=', 'Authorization: PVEAPIToken='),
    user: word,
    name: word,
    value: fc.uuid(),
    gap: blank,
    ownerless: fc.boolean(),
  })
  .map(({ prefix, user, name, value, gap, ownerless }): Pasted => {
    const owner = ownerless ? '' : `${user}@pve!`;
    return { text: `${prefix}${owner}${name}${gap}=${gap}${value}`, secrets: [value] };
  });

const awsProfile = fc
  .record({
    lines: fc.shuffledSubarray(['id', 'secret', 'token', 'region', 'output'], { minLength: 1 }),
    style: fc.constantFrom('profile', 'export', 'quoted', 'powershell', 'json'),
    value: secret,
    token: secret,
    head: fc.constantFrom('', '[default]\n', '[profile lab]\n', '# from the console\n'),
    oneLine: fc.boolean(),
  })
  .map(({ lines, style, value, token, head, oneLine }): Pasted => {
    const known: Record<string, readonly [string, string, string]> = {
      id: ['aws_access_key_id', 'AccessKeyId', 'AKIAIOSFODNN7LABKEY2'],
      secret: ['aws_secret_access_key', 'SecretAccessKey', value],
      token: ['aws_session_token', 'SessionToken', token],
      region: ['region', 'Region', 'eu-west-1'],
      output: ['output', 'Output', 'json'],
    };
    const texts = lines.map((line) => {
      const [name, json, text] = known[line] ?? ['', '', ''];
      if (style === 'json') return `"${json}": "${text}",`;
      if (style === 'profile') return `${name} = ${text}`;
      const upper = line === 'region' ? 'AWS_REGION' : name.toUpperCase();
      if (style === 'powershell') return `$Env:${upper}="${text}"`;
      return style === 'quoted' ? `export ${upper}="${text}"` : `export ${upper}=${text}`;
    });
    const told = lines.flatMap((line) => (line === 'secret' ? [value] : line === 'token' ? [token] : []));
    return { text: `${head}${texts.join(oneLine ? ' ' : '\n')}`, secrets: told };
  });

/** What makes the rest whole, so that the form itself has nothing to refuse. */
const BESIDE: Partial<Record<ServiceType, Record<string, string>>> = {
  proxmox: { host: 'h', password: 'p' },
  aws: { access_key_id: 'AKIAIOSFODNN7LABKEY3', secret_access_key: 'k' },
};

/** One for each form that takes a text with a secret in it. */
const PASTES: Partial<Record<ServiceType, fc.Arbitrary<Pasted>>> = {
  proxmox: proxmoxToken,
  aws: awsProfile,
};

const splitting = connectors.filter(({ template }) =>
  (template.paste_forms ?? []).some(({ into }) => into.some((name) => isSecretField(template, name))),
);

describe('what is pasted whole never leaves its secret among the settings', () => {
  it('for every form that can be pasted into', () => {
    expect(splitting.map(({ serviceType }) => serviceType)).to.have.members(Object.keys(PASTES));
  });

  for (const { serviceType, template } of splitting)
    it(`${serviceType}, whatever field it is pasted into`, () => {
      const fields = [...new Set(allFields(template).map(({ name }) => name))];
      fc.assert(
        fc.property(
          PASTES[serviceType] as fc.Arbitrary<Pasted>,
          fc.constantFrom(...fields),
          fc.boolean(),
          fc.boolean(),
          ({ text, secrets }, field, exact, whole) => {
            const given = { ...(whole ? BESIDE[serviceType] : {}), [field]: text };
            let settings = {};
            try {
              settings = mergeFields({ template, given, exact }).values.settings;
            } catch (error) {
              if (!(error instanceof BrokerError)) throw error;
              settings = error.fields;
            }
            const told = JSON.stringify(settings);
            for (const one of secrets) expect(told, `${field}: ${text}`).to.not.include(one);
          },
        ),
        { numRuns: 1_000 },
      );
    });
});

describe('a Proxmox token pasted whole', () => {
  const parts = {
    settings: { host: 'h', user: 'broker@pve', auth_method: 'api_token', token_name: 'gd' },
    secrets: { token_value: UUID },
  };
  for (const field of ['token_value', 'token_name', 'user'])
    for (const text of [`broker@pve!gd=${UUID}`, `PVEAPIToken=broker@pve!gd=${UUID}`])
      it(`${text.slice(0, 12)}… into ${field}`, () => {
        expect(stored('proxmox', { host: 'h', [field]: text })).to.deep.equal(parts);
      });

  for (const exact of [false, true])
    it(`into token_id, which keeps no secret${exact ? ', from a file' : ''}`, () => {
      const given = { host: 'h', token_id: `broker@pve!gd=${UUID}` };
      expect(stored('proxmox', given, { exact })).to.deep.equal({
        ...parts,
        settings: { ...parts.settings, token_id: 'broker@pve!gd' },
      });
    });

  it('with a secret that is no UUID', () => {
    const { settings, secrets } = stored('proxmox', { host: 'h', token_id: 'a@pve!gd=<secret>' });
    expect([settings['token_id'], secrets['token_value']]).to.deep.equal(['a@pve!gd', '<secret>']);
  });

  for (const field of ['token_name', 'token_id'])
    it(`without its user into ${field} is refused`, () => {
      const [problem] = problems('proxmox', { host: 'h', [field]: `gd=${UUID}`, token_value: 'x' });
      expect(problem).to.equal(`fields.${field} must not contain "="; put the part after it in token_value`);
    });
});

describe('an AWS profile pasted whole', () => {
  const key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYLABSECRET0';
  const whole: [what: string, text: string][] = [
    [
      'the file',
      `[default]\naws_access_key_id = AKIAIOSFODNN7LABKEY2\naws_secret_access_key = ${key}\nregion = eu-west-1\n`,
    ],
    [
      'another order',
      `[lab]\nregion=eu-west-1\noutput=json\naws_secret_access_key=${key}\naws_access_key_id=AKIAIOSFODNN7LABKEY2`,
    ],
    [
      'a first section of two',
      `[a]\naws_access_key_id=AKIAIOSFODNN7LABKEY2\nregion=eu-west-1\naws_secret_access_key=${key}\n[b]\naws_session_token=${key}`,
    ],
    [
      'a shell',
      `export AWS_SECRET_ACCESS_KEY="${key}"\nexport AWS_ACCESS_KEY_ID="AKIAIOSFODNN7LABKEY2"\nexport AWS_DEFAULT_REGION=eu-west-1`,
    ],
    [
      'JSON',
      `{"AccessKeyId": "AKIAIOSFODNN7LABKEY2", "SecretAccessKey": "${key}", "Version": 1, "region": "eu-west-1"}`,
    ],
  ];
  for (const [what, text] of whole)
    for (const field of ['access_key_id', 'secret_access_key'])
      it(`${what} into ${field}`, () => {
        expect(stored('aws', { [field]: text })).to.deep.equal({
          settings: { access_key_id: 'AKIAIOSFODNN7LABKEY2', region: 'eu-west-1' },
          secrets: { secret_access_key: key },
        });
      });

  it('with a session token', () => {
    const text = `aws_session_token = FQoG/x==\naws_access_key_id = ASIAIOSFODNN7LABKEY2\naws_secret_access_key = ${key}`;
    expect(stored('aws', { access_key_id: text }).secrets).to.deep.equal({
      secret_access_key: key,
      session_token: 'FQoG/x==',
    });
  });
});

describe('an address pasted whole', () => {
  const context = JSON.stringify([
    {
      Name: 'lab',
      Endpoints: { docker: { Host: 'tcp://swarm01:2377', SkipTLSVerify: false } },
      TLSMaterial: {},
    },
  ]);
  const cases: [type: ServiceType, text: string, host: string, port: string | undefined][] = [
    ['proxmox', 'https://pve:8006/', 'pve', '8006'],
    ['proxmox', 'https://pve.lab.example/', 'pve.lab.example', '443'],
    ['proxmox', 'https://pve.lab.example', 'pve.lab.example', '443'],
    ['proxmox', 'pve.lab.example', 'pve.lab.example', undefined],
    ['vmware', 'https://vc.lab.example/ui/', 'vc.lab.example', '443'],
    ['vmware', 'https://vc.lab.example:9443/sdk', 'vc.lab.example', '9443'],
    ['hyperv', 'https://hv01.lab.example/wsman', 'hv01.lab.example', '443'],
    ['docker_swarm', 'https://swarm.lab.example', 'swarm.lab.example', '443'],
    ['docker_swarm', 'tcp://swarm.lab.example', 'swarm.lab.example', undefined],
    ['proxmox', 'https://[fd00::1]:8443/#v1:0:18:4:::', '[fd00::1]', '8443'],
    ['docker_swarm', 'tcp://swarm01:2376', 'swarm01', '2376'],
    ['docker_swarm', 'export DOCKER_HOST="tcp://10.0.0.5:2376"', '10.0.0.5', '2376'],
    ['docker_swarm', context, 'swarm01', '2377'],
  ];
  const rest: Partial<Record<ServiceType, Record<string, string>>> = {
    proxmox: { password: 'p' },
    vmware: { password: 'p' },
    hyperv: { user: 'HV\\broker', password: 'p' },
    docker_swarm: { client_cert_pem: 'c', client_key_pem: 'k' },
  };
  for (const [type, text, host, port] of cases)
    it(`${type}: ${text.slice(0, 45)}`, () => {
      const { settings } = stored(type, { ...rest[type], host: text });
      expect([settings['host'], settings['port']]).to.deep.equal([host, port]);
    });

  for (const [type, text] of [
    ['proxmox', 'https://root:hunter2@pve:8006/'],
    ['docker_swarm', 'ssh://root@swarm01'],
    ['docker_swarm', 'unix:///var/run/docker.sock'],
  ] as const)
    it(`${type} refuses ${text.slice(0, 8)}`, () => {
      const told = problems(type, { ...rest[type], host: text }).join();
      expect(told).to.contain('fields.host must').and.not.contain('hunter2');
    });
});

describe('a secret in the wrong field is refused, and not told', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
  const cases: [type: ServiceType, given: Record<string, string>, field: string][] = [
    ['openai', { api_key: 'k', organization: 'sk-proj-hunter2' }, 'organization'],
    ['anthropic', { api_key: 'k', model: 'sk-ant-api03-hunter2' }, 'model'],
    ['langchain', { api_key: 'k', project: 'lsv2_sk_hunter2' }, 'project'],
    ['grafana', { base_url: 'https://g', username: 'glsa_hunter2', password: 'p' }, 'username'],
    ['kubernetes', { server_url: 'https://k', token: 't', namespace: jwt }, 'namespace'],
    [
      'kubernetes',
      { server_url: 'https://k', token: 't', ca_cert_pem: 'users:\n- user:\n    token: hunter2' },
      'ca_cert_pem',
    ],
  ];
  for (const [type, given, field] of cases)
    for (const exact of [false, true])
      it(`${type}: ${field}${exact ? ', from a file' : ''}`, () => {
        const told = problems(type, given, { exact });
        expect(told.join()).to.match(new RegExp(`^fields.${field} must not contain a secret; put it in`));
        expect(told.join()).to.not.match(/hunter2|eyJ/);
      });
});

it('a certificate pasted with its private key is refused', () => {
  const pem =
    '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\ny\n';
  const given = { base_url: 'https://h', auth_method: 'mtls', client_cert_pem: pem, client_key_pem: 'k' };
  expect(problems('prometheus', given)).to.deep.equal([
    'fields.client_cert_pem must not contain a private key; put it in a secret field',
  ]);
});

describe('no pasted text holds the process up', () => {
  /** As long as a field may be. */
  const LONG = 16_000;
  const pieces = [
    ' ',
    ' aws_',
    '#',
    '# ',
    '\n',
    '#\n ',
    '[',
    'aws_ =',
    ',{',
    'a!',
    '@',
    '=',
    'PVEAPIToken=',
    '-----BEGIN ',
    '"',
    '\t:',
  ];
  for (const { serviceType, template } of connectors)
    it(serviceType, () => {
      const patterns = [
        ...(template.paste_forms ?? []).map(({ pattern }) => new RegExp(pattern)),
        ...(template.secret_guards ?? []).map(({ pattern }) => new RegExp(pattern, 'i')),
      ];
      for (const pattern of patterns)
        for (const piece of pieces)
          expectNoBlowUp(() => {
            pattern.test(piece.repeat(LONG / piece.length));
            pattern.test(`${' '.repeat(LONG / 2)}${piece.repeat(LONG / 2 / piece.length)}`);
          }, `${pattern.source} on ${piece}`);
    });
});
