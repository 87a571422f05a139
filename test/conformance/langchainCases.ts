import { expect } from 'chai';
import { langchainKey, langchainWorkspace, startLangchain } from '../simulators/langchain.js';
import type { ConformanceCase, ServiceCases } from './serviceCases.js';

const wrong = { api_key: langchainKey.replace('sk_01', 'sk_99') };

export const langchainCases: ServiceCases = {
  serviceType: 'langchain',
  simulator: startLangchain,
  addressField: 'endpoint_url',
  fields: ({ url }) => ({ api_key: langchainKey, endpoint_url: url }),
  cases: ({ url }) => [
    {
      code: 'ok',
      what: 'a good key',
      expect: (result) => {
        expect(result.identity).to.equal('Lab');
        expect(result.version).to.equal('0.11.2');
        expect(result.permissions).to.deep.equal(['runs:read', 'runs:create']);
        expect(result.warnings).to.deep.equal([]);
      },
    },
    { code: 'ok', what: 'an endpoint that ends in /api already', fields: { endpoint_url: `${url}/api` } },
    {
      code: 'ok',
      what: 'a key of an organization with its workspace',
      state: 'organization',
      fields: { workspace_id: langchainWorkspace },
    },
    {
      code: 'ok',
      what: 'a key of an administrator',
      state: 'admin',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    { code: 'misconfigured', what: 'a key of an organization without a workspace', state: 'organization' },
    { code: 'invalid_credential', what: 'a wrong key', fields: wrong },
    ...['forbidden', 'forbidden_detail'].map(
      (state): ConformanceCase => ({
        code: 'invalid_credential',
        what: `a wrong key, or one of the other region, answered by 403 (${state})`,
        fields: wrong,
        state,
        expect: (result) => expect(result.advice).to.include('endpoint_url'),
      }),
    ),
    {
      code: 'ok',
      what: 'a key that reaches several workspaces',
      state: 'several',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    {
      code: 'invalid_credential',
      what: 'a key of the old kind',
      fields: { api_key: 'ls__0123456789abcdef' },
    },
    { code: 'insufficient_permission', what: 'a key that lacks a right', state: 'no_right' },
    { code: 'insufficient_permission', what: 'a key that sees no workspace', state: 'nothing' },
  ],
  gateway: { wrong, open: { state: 'open' }, noScope: { state: 'no_right' } },
  notApplicable: {
    expired: 'LangSmith tells an ended key like a wrong one',
    mfa_required: 'a key needs no second factor',
    quota_exhausted: 'plan limits stop traces, not the calls of the test',
    clock_skew: 'nothing is signed with a time',
  },
};
