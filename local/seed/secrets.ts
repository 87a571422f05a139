import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { makeSelfSigned } from '../../test/support/services/selfSigned.js';

/** Random values in the form that each service gives out. None of them opens anything. */
export const random = {
  uuid: () => randomUUID(),
  password: () => `${randomBytes(12).toString('base64url')}-7a`,
  hex: (bytes: number) => randomBytes(bytes).toString('hex'),
  letters: (length: number) =>
    Array.from(
      randomBytes(length),
      (byte) => 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789'[byte % 55],
    ).join(''),
  token: () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const subject = 'system:serviceaccount:glassdome:broker';
    return `${part({ alg: 'RS256', kid: random.hex(4) })}.${part({ sub: subject, iss: 'https://kubernetes.default.svc' })}.${randomBytes(64).toString('base64url')}`;
  },
  certificate: () => makeSelfSigned(),
  googleKey: (project: string) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return JSON.stringify({
      type: 'service_account',
      project_id: project,
      private_key_id: random.hex(20),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: `broker@${project}.iam.gserviceaccount.com`,
      client_id: '104857600000000000001',
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: 'https://oauth2.googleapis.com/token',
    });
  },
};
