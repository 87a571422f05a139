import { expect } from 'chai';
import { canonicalEnvName, envSpellings, envVocabulary } from '../../../src/connectors/envNames.js';
import { envLexicon } from '../../../src/domain/imports/envFamily.js';
import {
  CREDENTIAL_KEYS,
  OCCASIONAL_KEYS,
  OTHER_KEYS,
  SETTINGS_SECRET_KEYS,
} from '../../support/cases/glassdomeSecretKeys.js';

describe('every name that Glassdome asks for is known', () => {
  it('counts 46 for its settings', () => {
    expect(new Set(SETTINGS_SECRET_KEYS).size).to.equal(46);
  });

  for (const key of [...CREDENTIAL_KEYS, ...OCCASIONAL_KEYS]) {
    it(key, () => {
      const canonical = canonicalEnvName(key);
      const meaning = envVocabulary.meaningOf(canonical);
      expect(meaning?.canonical.toUpperCase()).to.equal(canonical);
      expect(envVocabulary.plain.has(canonical)).to.equal(false);
    });
  }

  for (const key of OTHER_KEYS) {
    it(`${key}, as no credential`, () => {
      expect(envVocabulary.plain.has(canonicalEnvName(key))).to.equal(true);
      expect(envVocabulary.meaningOf(key)).to.equal(undefined);
    });
  }
});

describe('one variable, many names', () => {
  const same: [asked: string, means: string][] = [
    ['proxmox_01_host', 'PROXMOX_HOST'],
    ['PROXMOX_01_PASSWORD', 'PROXMOX_PASSWORD'],
    ['proxmox_password', 'PROXMOX_PASSWORD'],
    ['proxmox_admin_passwd', 'PROXMOX_PASSWORD'],
    ['proxmox_token_value_02', 'PROXMOX_TOKEN_VALUE_02'],
    ['PROXMOX_02_TOKEN_VALUE', 'PROXMOX_TOKEN_VALUE_02'],
    ['proxmox_password_02', 'PROXMOX_02_PASSWORD'],
    ['Proxmox_2_Host', 'PROXMOX_2_HOST'],
    ['AWS_DEFAULT_REGION', 'AWS_REGION'],
    ['GOOGLE_SEARCH_API', 'GOOGLE_SEARCH_API_KEY'],
    ['mailcow_api_key', 'MAIL_API'],
    ['mailcow_key', 'MAIL_API'],
    ['overseer_mail_password', 'OVERSEER_PASSWORD'],
    ['UBIQUITY_KEY', 'UBIQUITI_API_KEY'],
    ['machine_cred_web01_user', 'MACHINE_CRED_WEB01_USER'],
    ['something_else', 'SOMETHING_ELSE'],
  ];
  for (const [asked, means] of same)
    it(`${asked} means ${means}`, () => expect(canonicalEnvName(asked)).to.equal(means));

  it('offers each spelling that a stored credential may have, the asked one first', () => {
    expect(envSpellings('google_search_api_key')).to.include.members([
      'GOOGLE_SEARCH_API_KEY',
      'GOOGLE_SEARCH_API',
    ]);
    expect(envSpellings('proxmox_password_02')).to.include.members([
      'PROXMOX_02_PASSWORD',
      'PROXMOX_PASSWORD_02',
    ]);
    expect(envSpellings('PROXMOX_HOST')).to.include.members(['PROXMOX_HOST', 'PROXMOX_01_HOST']);
    expect(envSpellings('machine_cred_Web01_user')).to.include('MACHINE_CRED_Web01_USER');
    expect(envSpellings('unheard_of')).to.deep.equal(['unheard_of', 'UNHEARD_OF']);
    expect(envSpellings('ESXI_HOST')[0]).to.equal('ESXI_HOST');
  });

  it('never mixes instances', () => {
    expect(envSpellings('PROXMOX_02_HOST')).not.to.include('PROXMOX_HOST');
    expect(canonicalEnvName('PROXMOX_2_HOST')).not.to.equal(canonicalEnvName('PROXMOX_02_HOST'));
  });

  it('takes no look-alike for a name', () => {
    expect('E\u017fXI_HOST'.toUpperCase()).to.equal('ESXI_HOST');
    expect(envVocabulary.meaningOf('E\u017fXI_HOST')).to.equal(undefined);
  });

  it('refuses tables in which two kinds claim one variable', () => {
    const family = {
      key: 'a',
      name: 'A',
      serviceType: 'other',
      variables: { X: 'x' },
      aliases: {},
      secretFields: ['x'],
    } as const;
    expect(() => envLexicon([family, { ...family, key: 'b' }])).to.throw('claim the variable X');
  });
});
