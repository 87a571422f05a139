import { expect } from 'chai';
import { REGION, suffixOf } from '../../../src/connectors/aws/awsRegions.js';
import { windowsUpperCase } from '../../../src/connectors/hyperv/ntlm.js';
import { checkRules } from '../../../src/domain/services/fieldRules.js';
import { connector, merge } from '../../support/cases/mergeForms.js';

describe('forms that a vendor may add to', () => {
  it('are regions of AWS, each asked where its partition is', () => {
    const regions: Readonly<Record<string, string>> = {
      'eu-west-1': 'amazonaws.com',
      'mx-central-1': 'amazonaws.com',
      'us-gov-east-1': 'amazonaws.com',
      'cn-northwest-1': 'amazonaws.com.cn',
      'eusc-de-east-1': 'amazonaws.eu',
      'us-iso-west-1': 'c2s.ic.gov',
      'us-isob-east-1': 'sc2s.sgov.gov',
      'eu-isoe-west-1': 'cloud.adc-e.uk',
      'us-isof-south-1': 'csp.hci.ic.gov',
    };
    for (const [region, suffix] of Object.entries(regions)) {
      expect(REGION.test(region), region).to.equal(true);
      expect(suffixOf(region), region).to.equal(suffix);
    }
    for (const region of ['eu-west-1a', 'eu-west', 'Europe', 'evil.example/#', 'a-1', 'eu_west_1'])
      expect(REGION.test(region), region).to.equal(false);
  });

  it('are keys of AWS, but not the IDs of other things', () => {
    const rule = (id: string): string => {
      const given = { access_key_id: id, secret_access_key: 'a'.repeat(40), region: 'eu-west-1' };
      try {
        checkRules(connector('aws'), merge('aws', given).values);
      } catch (error) {
        return String((error as { detail?: string }).detail);
      }
      return '';
    };
    for (const id of ['AKIAIOSFODNN7LABKEY2', 'ABCDIOSFODNN7LABKEY2', `AKIA${'Z'.repeat(24)}`])
      expect(rule(id), id).to.equal('');
    for (const id of ['AIDAIOSFODNN7LABKEY2', 'AROAIOSFODNN7LABKEY2', 'AGPAIOSFODNN7LABKEY2'])
      expect(rule(id), id).to.include('this is another kind of ID');
  });

  it('are not tokens of another product of Anthropic', () => {
    for (const key of ['sk-ant-oat01-Bb', 'sk-ant-ort01-Cc', 'sk-ant-sid01-Dd', 'sk-ant-admin01-Ee'])
      expect(
        () => checkRules(connector('anthropic'), merge('anthropic', { api_key: key }).values),
        key,
      ).to.throw(/API key/);
  });
});

describe('a name in upper case, as Windows has it', () => {
  it('keeps its length, and letters that have no single upper case', () => {
    const names: Readonly<Record<string, string>> = {
      großmann: 'GROßMANN',
      jürgen: 'JÜRGEN',
      ﬁnn: 'ﬁNN',
      ırmak: 'ıRMAK',
      админ: 'АДМИН',
      'ÜseӜ𝄞': 'ÜSEӜ𝄞',
    };
    for (const [name, upper] of Object.entries(names)) expect(windowsUpperCase(name)).to.equal(upper);
  });
});
