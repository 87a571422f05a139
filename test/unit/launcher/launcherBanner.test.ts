import { expect } from 'chai';
import { type BannerVault, banner, type Facts } from '../../../local/banner.js';

const vault: BannerVault = {
  address: 'http://127.0.0.1:8401',
  ui: 'http://127.0.0.1:8401/ui',
  kind: 'openbao',
  version: '2.7.2',
  sealed: false,
  operatorFile: '/data/vault-operator-password',
};
const facts: Facts = {
  host: '127.0.0.1',
  port: 8400,
  logs: '/data/logs',
  vault,
  username: 'admin',
  password: undefined,
  env: {},
};
const password = 'one-time-one-time';

describe('what the launcher prints when everything runs', () => {
  it('says which Vault runs, where its UI is, and how an operator logs in there', () => {
    expect(banner(facts))
      .to.contain('OpenBao 2.7.2; its UI: http://127.0.0.1:8401/ui')
      .and.contain(
        'method "Username": user "operator", mount path "operators", password in /data/vault-operator-password',
      );
    const plain = banner({
      ...facts,
      vault: { ...vault, kind: 'hashicorp', version: '1.21.2', ui: undefined },
    });
    expect(plain)
      .to.contain('HashiCorp Vault 1.21.2; this build of Vault has no UI')
      .and.not.to.contain('operator');
  });

  it('names no operator in data that has none', () => {
    const text = banner({ ...facts, vault: { ...vault, operatorFile: undefined } });
    expect(text).to.contain('its UI').and.not.to.contain('operator');
  });

  it('prints one line that logs in, which works: with TLS it names the certificate, on another port the server', () => {
    const first = banner({ ...facts, password });
    expect(first)
      .to.contain('npx glassdome login --username admin ')
      .and.not.to.contain('--server')
      .and.not.to.contain('curl');
    // Once, and in no command: a shell keeps its history.
    expect(first.match(/[^\n]*one-time-one-time[^\n]*/g)).to.have.length(1);
    expect(first).to.match(/First admin: user "admin", one-time password {2}one-time-one-time/);
    const text = banner({ ...facts, password, port: 9000, env: { TLS_CERT_FILE: 'tls.crt' } });
    expect(text).to.contain(
      'GLASSDOME_BROKER_CA_FILE=tls.crt npx glassdome login --username admin --server https://127.0.0.1:9000',
    );
  });

  it('says at later starts how to log in, too', () => {
    expect(banner(facts))
      .to.contain('Log in:  npx glassdome login --username admin')
      .and.not.to.contain('one-time');
    expect(banner({ ...facts, username: undefined })).to.contain('--username <name>');
  });

  it('warns of an unseal key next to the data only where it is one', () => {
    expect(banner(facts)).to.contain('FOR DEVELOPMENT ONLY');
    expect(banner({ ...facts, vault: { ...vault, sealed: true } })).not.to.contain('FOR DEVELOPMENT ONLY');
    const env = { VAULT_ADDR: 'https://vault.lab:8200' };
    expect(banner({ ...facts, vault: undefined, env }))
      .to.contain('https://vault.lab:8200      (external)')
      .and.not.to.contain('unseal key');
  });
});
