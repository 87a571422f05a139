// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the grammar under test
import { generateKeyPairSync } from 'node:crypto';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pkcs8 = rsa.export({ type: 'pkcs8', format: 'pem' }) as string;
const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }) as string;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'sec1',
  format: 'pem',
}) as string;
const bare = pkcs8.split('\n').slice(1, -2);
const account = JSON.stringify(
  { type: 'service_account', private_key: pkcs8, client_email: 'a@b.iam' },
  null,
  2,
);
const kubeconfig = `apiVersion: v1\nusers:\n- name: u\n  user:\n    client-key-data: ${Buffer.from(pkcs8).toString('base64')}\n    token: {MARK}tok\n`;

export interface BrokenDotenv {
  what: string;
  text: string;
  /** Texts that nothing may repeat. */
  secrets: readonly string[];
}

/** `.env` files whose secrets nobody put in quotes, or that are broken in another way. `{MARK}` takes a canary. */
export const BROKEN_DOTENVS: readonly BrokenDotenv[] = [
  { what: 'a PKCS #8 key', text: `KEY=${pkcs8}AFTER=1\n`, secrets: bare },
  { what: 'a PKCS #1 key', text: `KEY=${pkcs1}AFTER=1\n`, secrets: pkcs1.split('\n').slice(1, -2) },
  {
    what: 'an elliptic key behind export',
    text: `export KEY=${ec}AFTER=1\n`,
    secrets: ec.split('\n').slice(1, -2),
  },
  { what: 'a key with CR LF', text: `KEY=${pkcs8}AFTER=1\n`.replaceAll('\n', '\r\n'), secrets: bare },
  { what: 'a key whose quote is not closed', text: `KEY="${pkcs8}AFTER=1\n`, secrets: bare },
  {
    what: 'a key whose quote closes in the next variable',
    text: `KEY="${pkcs8}OTHER="x"\nAFTER=1\n`,
    secrets: bare,
  },
  { what: 'a key on lines of its own', text: `${pkcs8}AFTER=1\n`, secrets: bare },
  { what: 'a key that begins behind the =', text: `KEY=\n${pkcs8}AFTER=1\n`, secrets: bare },
  {
    what: 'a key that was cut off',
    text: `KEY=${pkcs8.split('\n').slice(0, 9).join('\n')}\n\nAFTER=1\n`,
    secrets: bare.slice(0, 8),
  },
  {
    what: 'two keys, the first cut off',
    text: `A=${pkcs8.split('\n').slice(0, 9).join('\n')}\nB=${pkcs8}AFTER=1\n`,
    secrets: bare,
  },
  {
    what: 'an indented key',
    text: `KEY=${pkcs8.replaceAll('\n', '\n  ').trimEnd()}\nAFTER=1\n`,
    secrets: bare,
  },
  { what: 'the base64 of a key alone', text: `KEY=${bare.join('\n')}\nAFTER=1\n`, secrets: bare },
  {
    what: 'base64 with a short first line',
    text: `KEY=abc\n${bare.join('\n')}\nAbCd==\nAFTER=1\n`,
    secrets: [...bare, 'AbCd'],
  },
  {
    what: 'base64 that ends like an assignment',
    text: `KEY=\n${bare.slice(0, 3).join('\n')}\nxYzUvW0=\nAFTER=1\n`,
    secrets: [...bare.slice(0, 3), 'xYzUvW0'],
  },
  {
    what: 'the key file of a service account',
    text: `GOOGLE_CREDENTIALS=${account}\nAFTER=1\n`,
    secrets: [...bare, 'private_key', 'a@b.iam'],
  },
  {
    what: 'JSON with line ends in a string',
    text: `G={\n "private_key": "${pkcs8}"\n}\nAFTER=1\n`,
    secrets: bare,
  },
  {
    what: 'JSON that is cut off',
    text: `G={\n "token": "{MARK}json",\n "more": {\nAFTER=1\n`,
    secrets: ['{MARK}json'],
  },
  {
    what: 'a JSON list',
    text: `G=[\n  "{MARK}one",\n  "{MARK}two"\n]\nAFTER=1\n`,
    secrets: ['{MARK}one', '{MARK}two'],
  },
  {
    what: 'a kubeconfig',
    text: `KUBECONFIG_DATA=${kubeconfig}AFTER=1\n`,
    secrets: ['{MARK}tok', 'client-key-data'],
  },
  {
    what: 'a heredoc',
    text: `K=<<EOF\n{MARK}here\nX{MARK}Y=1\nEOF\nAFTER=1\n`.replace('X{MARK}Y=1', 'inside=1'),
    secrets: ['{MARK}here'],
  },
  { what: 'three quotes', text: `K="""\n{MARK}three\n"""\nAFTER=1\n`, secrets: ['{MARK}three'] },
  {
    what: 'a PuTTY key',
    text: `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 2\n${bare.slice(0, 2).join('\n')}\nAFTER=1\n`,
    secrets: bare.slice(0, 2),
  },
  {
    what: 'base64 whose lines end in one =',
    text: 'KEY=Zm9vYmFyYmF6cXV4Zm9v\nQ29udGludWF0aW9u=\nc2Vjb25kbGluZQ=\nZnV0aGVy=\nAFTER=1\n',
    secrets: ['Q29udGludWF0aW9u', 'c2Vjb25kbGluZQ', 'ZnV0aGVy'],
  },
  {
    what: 'long base64 that goes on in the other alphabet',
    text: `export KEY=${'Zm9vYmFyYmF6cXV4'.repeat(3)}\neyJhbGciOi_DEF=\n_DEFeyJhbGciOi=\nAFTER=1\n`,
    secrets: ['eyJhbGciOi_DEF', '_DEFeyJhbGciOi'],
  },
  {
    what: 'a token with dots that goes on',
    text: 'KEY=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF-x\nabCdEf0Gh1=\nAFTER=1\n',
    secrets: ['abCdEf0Gh1'],
  },
  {
    what: 'a short padded line that begins behind the =',
    text: 'KEY=\nQ29udGludWF0aW9u=\naB3=\nAFTER=1\n',
    secrets: ['Q29udGludWF0aW9u', 'aB3'],
  },
  {
    what: 'a long text of mixed case before an =, behind base64',
    text: 'KEY=Zm9vYmFyYmF6cXV4=\nQWxhZGRpbjpvcGVuIHNlc2FtZQQWxhZGRpbjpvcGVuIHNl=1\nAFTER=1\n',
    secrets: ['QWxhZGRpbjpvcGVuIHNlc2FtZQ'],
  },
  { what: 'a line of letters', text: 'A=1\nMIIEvQIBADANBg\nAFTER=1\n', secrets: ['MIIEvQIBADANBg'] },
  { what: 'a colon in place of =', text: 'PASSWORD: {MARK}colon\nAFTER=1\n', secrets: ['{MARK}colon'] },
  {
    what: 'a secret before the =',
    text: 'ghp_abcdefghijklmnopqrstuvwxyz0123=1\nAFTER=1\n',
    secrets: ['ghp_abcdefghijklmnopqrstuvwxyz0123'],
  },
  { what: 'a name in quotes', text: "'{MARK}a b'=1\nAFTER=1\n", secrets: ['{MARK}a b'] },
  { what: 'a name with blanks', text: 'MY {MARK}pass=1\nAFTER=1\n', secrets: ['{MARK}pass'] },
  {
    what: 'a password with a reference',
    text: 'OPENAI_API_KEY=pa${wOrd{MARK}}x\nAFTER=1\n'.replace('{MARK}}', 'hidden}'),
    secrets: ['wOrdhidden'],
  },
];
