import { expect } from 'chai';
import { otherSpellings } from '../../../src/connectors/envNames.js';
import { aliasVariables } from '../../../src/domain/environment/variableAliases.js';
import { planVariables } from '../../../src/domain/environment/variablePlan.js';
import type { Candidate } from '../../../src/ports/reading.js';
import { aCredential } from '../../support/worlds/aCredential.js';

const receiver = { principal: 'local:me', keeper: null };
const NONE = { envAdded: {}, activeSince: 0, labelsAdded: {}, renamedAt: 0, mates: [] };

/** An own credential that names these variables, or one that a team gave at `since`. */
function holds(name: string, variables: string[], since?: number): Candidate {
  const envNames = Object.fromEntries(variables.map((variable) => [variable, variable.toLowerCase()]));
  const credential = aCredential({
    name,
    envNames,
    owner: since === undefined ? 'local:me' : 'local:anna',
  });
  const grant = {
    id: 'g',
    subjectKind: 'team' as const,
    subject: 'red',
    level: 'read' as const,
    givenBy: 'local:anna',
    giverRole: 'engineer',
    confirmed: true,
    since: since ?? 0,
    joinedAt: 0,
    accepted: null,
  };
  const isOwner = since === undefined;
  return {
    credential,
    calledName: credential.name,
    heldBack: [],
    isOwner,
    level: isOwner ? null : 'read',
    grants: isOwner ? [] : [grant],
    history: NONE,
  };
}

function aliases(...candidates: Candidate[]): Record<string, string> {
  const { served } = planVariables(candidates, receiver);
  const found = aliasVariables(served, { candidates, receiver }, otherSpellings);
  return Object.fromEntries(
    [...found].map(([name, { of, variable }]) => [name, `${of.credential.name} ${variable}`]),
  );
}

describe('other names of a variable', () => {
  const spellings: [named: string, also: string][] = [
    ['AWS_DEFAULT_REGION', 'AWS_REGION'],
    ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    ['UBIQUITY_KEY', 'UBIQUITI_API_KEY'],
    ['PROXMOX_02_PASSWORD', 'PROXMOX_PASSWORD_02'],
    ['PROXMOX_02_TOKEN_VALUE', 'PROXMOX_TOKEN_VALUE_02'],
    ['PROXMOX_11_TOKEN_VALUE', 'PROXMOX_TOKEN_VALUE_11'],
    ['PROXMOX_TOKEN_SECRET', 'PROXMOX_TOKEN_VALUE'],
    ['PROXMOX_01_HOST', 'PROXMOX_HOST'],
    ['proxmox_admin_passwd', 'PROXMOX_PASSWORD'],
    ['GOOGLE_SEARCH_API', 'GOOGLE_SEARCH_API_KEY'],
    ['MAILCOW_URL', 'MAILCOW_API_URL'],
    ['MAIL_PASSWORD', 'OVERSEER_PASSWORD'],
    ['GRAFANA_API_KEY', 'GRAFANA_TOKEN'],
    ['K8S_TOKEN', 'KUBERNETES_TOKEN'],
  ];
  for (const [named, also] of spellings)
    it(`${named} gives ${also}`, () => expect(aliases(holds('a', [named]))[also]).to.equal(`a ${named}`));

  it('are none for names that nobody knows', () => {
    expect(aliases(holds('a', ['STRIPE_KEY', 'MY_REGION', 'TRUENAS_HOST']))).to.deep.equal({});
  });

  it('never replace what another credential names, whoever gave it', () => {
    const given = holds('given', ['AWS_REGION'], 10);
    expect(aliases(holds('own', ['AWS_DEFAULT_REGION']), given)).to.deep.equal({});
    expect(aliases(holds('own', ['aws_default_region']), holds('given', ['Aws_Region'], 10))).to.deep.equal(
      {},
    );
    // Nor what two others name, so that it is left out.
    const [one, two] = [holds('one', ['UBIQUITI_API_KEY']), holds('two', ['UBIQUITI_API_KEY'])];
    expect(aliases(holds('own', ['UBIQUITY_KEY']), one, two)).to.deep.equal({});
  });

  it('never replace what their own credential names', () => {
    const both = holds('both', ['AWS_DEFAULT_REGION', 'AWS_REGION']);
    expect(aliases(both)).to.deep.equal({});
  });

  it('are no way around a consent that is missing', () => {
    const given = holds('given', ['AWS_DEFAULT_REGION', 'AWS_REGION'], 10);
    const later = { AWS_REGION: { at: 20, by: 'local:mallory' } };
    expect(aliases({ ...given, history: { ...NONE, envAdded: later } })).to.deep.equal({});
    const heldBack = { ...holds('given', ['AWS_DEFAULT_REGION'], 10), heldBack: ['AWS_REGION'] };
    expect(aliases(heldBack)).to.deep.equal({});
  });

  it('never bring an address and a secret of two credentials together', () => {
    const old = holds('old', ['PROXMOX_ADMIN', 'PROXMOX_ADMIN_PASSWD']);
    expect(aliases(old, holds('given', ['PROXMOX_HOST'], 10))).to.deep.equal({});
    expect(
      aliases(holds('key', ['UBIQUITY_KEY']), holds('given', ['UBIQUITI_GATEWAY_HOST'], 10)),
    ).to.deep.equal({});
    const third = holds('third', ['PROXMOX_03_PASSWORD'], 5);
    expect(aliases(old, third)).to.include({ PROXMOX_USER: 'old PROXMOX_ADMIN' });
    expect(aliases(old, third)).to.include({ PROXMOX_PASSWORD_03: 'third PROXMOX_03_PASSWORD' });
  });

  it('are of the one that fills the variable, not of what lost it', () => {
    const first = holds('first', ['UBIQUITY_KEY'], 10);
    expect(aliases(holds('second', ['UBIQUITY_KEY'], 20), first)).to.deep.equal({
      UBIQUITI_API_KEY: 'first UBIQUITY_KEY',
    });
    expect(aliases(holds('one', ['UBIQUITY_KEY']), holds('two', ['UBIQUITY_KEY']))).to.deep.equal({});
  });

  it('take the spelling that Glassdome prefers where a credential has two', () => {
    const two = holds('two', ['PROXMOX_ADMIN', 'PROXMOX_01_USER']);
    expect(aliases(two)).to.include({ PROXMOX_USER: 'two PROXMOX_01_USER' });
  });
});
