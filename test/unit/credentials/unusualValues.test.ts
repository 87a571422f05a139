import { expect } from 'chai';
import { isFreePassword, type UnusualKind, unusualValue } from '../../../src/domain/secrecy/unusualValues.js';
import { expectNoBlowUp } from '../../support/patience.js';

const kindOf = (text: string, free = false) => unusualValue(text, { free })?.kind;

const REFERENCES = [
  'op://Dev Vault/openai/credential',
  'op://dev/anthropic/key',
  'encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLEIRVz50hmLXPXRuDBXaJi',
  'ENC[AES256_GCM,data:Zm9vYmFy,iv:AAAA,tag:BBBB,type:str]',
  'ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)',
  'vault:secret/data/grafana#token',
  '>>vault:secret/data/grafana#token',
  'vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==',
  '{{resolve:secretsmanager:lab/aws:SecretString:key}}',
  '{{ vault_openai_key }}',
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: references as other tools write them
  '${{ secrets.OPENAI_KEY }}',
  '${ssm:/prod/openai}',
  '${env:OPENAI_KEY}',
  '${OPENAI_KEY}',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  '$OPENAI_API_KEY',
  '$(cat /run/secrets/openai)',
  'ref+awssecrets://lab/openai#key',
  'ref+vault://secret/openai#/key',
  'secretref+gcpsecrets://p/openai',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-AbCdEf',
  'arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/openai',
  'sm://openai',
  'gsm://project/openai',
  'secretref:openai-key',
  '@Microsoft.KeyVault(SecretUri=https://lab.vault.azure.net/secrets/openai/)',
  'https://lab.vault.azure.net/secrets/openai/0123456789abcdef',
  'projects/lab/secrets/openai/versions/latest',
  'doppler://lab/prd/OPENAI_KEY',
  'infisical://lab/prod/OPENAI_KEY',
  'bws:0f1e2d3c-4b5a-4968-8776-655443322110',
  'lpass://openai/password',
  'pass:ai/openai',
  'gopass:lab/ai/openai',
  'keyring://system/openai',
  '!Ref OpenAiKey',
  '!vault |\n  $ANSIBLE_VAULT;1.1;AES256',
  '$ANSIBLE_VAULT;1.1;AES256\n3136',
];
const PLACEHOLDERS = [
  'sk-your-key',
  'sk-ant-your-key-here',
  'ghp_your_token_here',
  'your-api-key-here',
  'sk-ant-...xxxx',
  'sk-proj-...',
  'sk-ant-xxxxxxxxxxxxxxxx',
  'sk-xxxx',
  'AKIAXXXXXXXXXXXXXXXX',
  'xoxb-xxxx-xxxx-xxxx',
  'ghp_****wxyz',
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  '<token>',
  '[token]',
  '{api key}',
  '__OPENAI_KEY__',
  '%OPENAI_KEY%',
  '00000000-0000-0000-0000-000000000000',
  'change-me',
  'redacted',
];
const QUOTED = [
  '"sk-proj-abc123"',
  "'glsa_abc123'",
  '“sk-proj-abc123”',
  '`abc`',
  '«token»',
  ' "sk-proj-abc123" ',
];
const ASSIGNED = [
  'OPENAI_API_KEY=sk-proj-abc123',
  'export OPENAI_API_KEY="sk-proj-abc123"',
  'OPENAI_API_KEY: sk-proj-abc123',
  '$env:OPENAI_API_KEY="sk-abc123"',
  'set OPENAI_API_KEY=sk-abc123',
  'api_key=sk-abc123',
  'token: glsa_abc123',
  'Bearer sk-abc123',
];
const INVISIBLE = [
  '\u200bSommer-2031-x',
  'Sommer-2031-x\u00a0',
  '\ufeffsk-proj-abc',
  'sk-proj\u00adabc',
  'sk-\u202eabc',
  'sk-\u2066abc',
  'sk-ab\u2060c',
  'sk-ab\u200dc',
  'sk-ab\u3164c',
  'sk-ab\u0007c',
  'a\u202fb',
];

/** Values that are good, of keys and of people. */
const GOOD = [
  'sk-proj-Zk3-abcDEF_123456789',
  'sk-ant-api03-AbC-dEf_GhI',
  'dGhpcyBpcyBhIHRlc3Q=',
  'YWJjZGVmZ2hpamtsbW5vcA==',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYabcdefghij',
  'AKIAQWERTYUIOPASDFGH',
  '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n"}',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n',
  '0f1e2d3c-4b5a-4968-8776-655443322110',
  'pa$$word$1',
  '$ecret-2031',
  '$2b$12$abcdefghijklmnopqrstuv',
  '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA',
  `it's "quoted" inside`,
  '"half quoted',
  'two words and more',
  'hunter2hunter2',
  'fake-anthropic-key',
  'a=b=c',
  'x=1',
  'KEY=',
  'AbC_dEf=GhI',
  'pass:word',
  'vault:door',
  'op:ratio',
  'Zoë-Größe-世界-🙂',
  '👩‍👩‍👧',
  'می‌خواهم',
  'xxAbc12345xx',
  'glsa_abcDEF123_xxxx1234',
  'lsv2_pt_0123456789abcdef_0123456789',
  '%7Babc%7D',
  'a{b}c',
  '100% sure',
  'example.com-password-7',
  'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJ4In0.c2ln',
  '!Refined-Password',
  '$(',
];

describe('values that are no secrets', () => {
  const all: [UnusualKind, string[]][] = [
    ['reference', REFERENCES],
    ['placeholder', PLACEHOLDERS],
    ['quotes', QUOTED],
    ['assignment', ASSIGNED],
    ['invisible', INVISIBLE],
  ];
  for (const [kind, texts] of all) {
    it(`knows what is of the kind ${kind}`, () => {
      for (const text of texts) expect(kindOf(text), JSON.stringify(text)).to.equal(kind);
    });
  }

  it('lets good values pass', () => {
    for (const text of GOOD) expect(kindOf(text), JSON.stringify(text)).to.equal(undefined);
  });

  it('takes of what people choose only references and invisible characters for a fault', () => {
    for (const text of [...PLACEHOLDERS, ...QUOTED, ...ASSIGNED])
      expect(kindOf(text, true), text).to.equal(undefined);
    for (const text of [...REFERENCES, ...INVISIBLE])
      expect(kindOf(text, true), text).not.to.equal(undefined);
  });

  it('names the character and its place, and nothing of the value', () => {
    expect(unusualValue('🙂\u200bSommer', { free: true })?.what).to.equal(
      'an invisible character (U+200B zero-width space) at position 2',
    );
    const whats = all.flatMap(([, texts]) =>
      texts.map((text) => [text, unusualValue(text, { free: false })?.what]),
    );
    for (const [text = '', what = ''] of whats) expect(what).not.to.contain(text.trim());
  });

  it('is quick on long texts', () => {
    for (const part of ['x', '*', 'a-', '"', '{{', '$', 'op://', 'A_', '\u200d', '..'])
      expectNoBlowUp(() => void unusualValue(part.repeat(16_384 / part.length), { free: false }), part);
  });

  it('knows the fields whose values people choose', () => {
    const free = [
      'password',
      'root_password',
      'ssh_password',
      'client_key_passphrase',
      'DB_PASS',
      'login_pw',
    ];
    for (const name of free) expect(isFreePassword(name), name).to.equal(true);
    for (const name of ['token', 'api_key', 'client_secret', 'passport', 'compass'])
      expect(isFreePassword(name), name).to.equal(false);
  });
});
