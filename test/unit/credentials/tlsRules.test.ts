import { expect } from 'chai';
import { tlsOf } from '../../../src/connectors/common/tlsFields.js';
import { connectorOf } from '../../../src/connectors/registry.js';
import type { FieldValues } from '../../../src/domain/credentials/fields.js';
import { type GivenFields, mergeFields } from '../../../src/domain/credentials/templateFields.js';
import { BrokerError } from '../../../src/domain/errors.js';
import type { Connector } from '../../../src/domain/services/connector.js';
import { tlsBadge } from '../../../src/domain/services/tlsWarnings.js';
import { TestEnded } from '../../../src/domain/testing/testResult.js';

const proxmox = connectorOf('proxmox') as Connector;
const base = { host: 'pve.lab', password: 'p' };
const PIN = 'ab'.repeat(32);

function settings(given: GivenFields, current?: FieldValues): Record<string, string> {
  const input = { template: proxmox.template, given };
  return mergeFields(current === undefined ? input : { ...input, current }).values.settings;
}

function problems(given: GivenFields, current?: FieldValues): string {
  try {
    return JSON.stringify(settings(given, current));
  } catch (error) {
    if (error instanceof BrokerError) return error.message;
    throw error;
  }
}

const stored = (given: GivenFields) =>
  mergeFields({ template: proxmox.template, given: { ...base, ...given } }).values;

describe('what a credential trusts', () => {
  it('is inferred from the field that is given', () => {
    expect(settings({ ...base, ca_cert_pem: 'pem' })).to.include({
      tls_mode: 'custom_ca',
      ca_cert_pem: 'pem',
    });
    expect(settings({ ...base, tls_fingerprint_sha256: PIN })['tls_mode']).to.equal('fingerprint');
    expect(settings(base)).to.not.have.property('tls_mode');
    expect(settings({ ...base, tls_server_name: 'pve' })).to.not.have.property('tls_mode');
  });

  it('follows the field of a later request, and drops what is used no more', () => {
    const before = stored({ ca_cert_pem: 'pem' });
    const after = settings({ tls_fingerprint_sha256: PIN }, before);
    expect(after).to.include({ tls_mode: 'fingerprint', tls_fingerprint_sha256: PIN });
    expect(after).to.not.have.property('ca_cert_pem');
    expect(settings({ tls_mode: 'system' }, before)).to.not.have.property('ca_cert_pem');
    expect(settings({ user: 'x@pve' }, before)['tls_mode']).to.equal('custom_ca');
  });

  const refused: readonly (readonly [string, GivenFields, RegExp])[] = [
    [
      'a CA with the public authorities',
      { tls_mode: 'system', ca_cert_pem: 'pem' },
      /ca_cert_pem.*tls_mode is system/,
    ],
    [
      'a pin with a CA',
      { tls_mode: 'custom_ca', ca_cert_pem: 'pem', tls_fingerprint_sha256: PIN },
      /tls_fingerprint_sha256.*tls_mode is custom_ca/,
    ],
    [
      'a CA and a pin alone',
      { ca_cert_pem: 'pem', tls_fingerprint_sha256: PIN },
      /tls_mode.*ca_cert_pem and tls_fingerprint_sha256/,
    ],
    [
      'a CA with nobody checked',
      { tls_mode: 'insecure', ca_cert_pem: 'pem' },
      /ca_cert_pem.*tls_mode is insecure/,
    ],
    [
      'custom_ca without a CA',
      { tls_mode: 'custom_ca' },
      /ca_cert_pem.*required while tls_mode is custom_ca/,
    ],
    [
      'fingerprint without one',
      { tls_mode: 'fingerprint' },
      /tls_fingerprint_sha256.*tls_mode is fingerprint/,
    ],
  ];
  for (const [what, given, rule] of refused)
    it(`is no contradiction: ${what}`, () => expect(problems({ ...base, ...given })).to.match(rule));

  it('can’t lose what its mode needs', () => {
    const rule = /ca_cert_pem.*required while tls_mode is custom_ca/;
    expect(problems({ ca_cert_pem: null }, stored({ ca_cert_pem: 'pem' }))).to.match(rule);
  });

  it('is what its fields say also where no mode was stored', () => {
    const choice = (given: Record<string, string>) => tlsOf({ settings: given, secrets: {} }).mode;
    expect(choice({})).to.equal('system');
    expect(choice({ ca_cert_pem: 'pem' })).to.equal('custom_ca');
    expect(choice({ tls_fingerprint_sha256: PIN })).to.equal('fingerprint');
    expect(() => choice({ ca_cert_pem: 'pem', tls_fingerprint_sha256: PIN })).to.throw(TestEnded);
  });

  it('is shown for good, with a warning where the secret is not safe on its way', () => {
    const badge = (
      type: 'proxmox' | 'kubernetes' | 'azure' | 'grafana' | 'other',
      given: Record<string, string>,
    ) => {
      const { mode, warning } = tlsBadge(connectorOf(type) as Connector, given);
      return [mode, warning?.code ?? null];
    };
    expect(badge('proxmox', {})).to.deep.equal(['system', null]);
    expect(badge('proxmox', { ca_cert_pem: 'pem' })).to.deep.equal(['custom_ca', null]);
    expect(badge('proxmox', { tls_mode: 'insecure' })).to.deep.equal(['insecure', 'tls_insecure']);
    expect(badge('grafana', { base_url: 'http://g.lab' })).to.deep.equal(['none', 'plain_http']);
    expect(badge('other', { test_url: 'HTTP://o.lab', url: 'x' })).to.deep.equal(['none', 'plain_http']);
    expect(badge('azure', {})).to.deep.equal(['system', null]);
    expect(badge('kubernetes', { auth_method: 'kubeconfig' })).to.deep.equal(['credential', null]);
    expect(badge('kubernetes', { auth_method: 'kubeconfig', tls_mode: 'insecure' })).to.deep.equal([
      'insecure',
      'tls_insecure',
    ]);
  });
});
