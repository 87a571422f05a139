import { expect } from 'chai';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import { problems, stored } from '../../support/cases/mergeForms.js';

const GIVEN: Partial<Record<ServiceType, Record<string, string>>> = {
  proxmox: { user: 'broker@pve', auth_method: 'password', password: 'p' },
  vmware: { user: 'root', password: 'p' },
  hyperv: { user: 'HOST\\broker', password: 'p' },
  docker_swarm: { client_cert_pem: 'c', client_key_pem: 'k' },
};

describe('a pasted address', () => {
  it('is refused by name where its path, scheme or socket would be lost', () => {
    const cases: readonly (readonly [ServiceType, string, RegExp])[] = [
      ['proxmox', 'https://lab.example/pve/', /^fields.host must be without a path/],
      ['proxmox', 'https://lab.example:8443/a/b', /without a path/],
      ['proxmox', 'http://pve.lab.example', /must be an https:\/\/ address/],
      ['vmware', 'https://lab.example/vcenter/ui', /without a path/],
      ['vmware', 'http://vc.lab.example/sdk', /an https:/],
      ['hyperv', 'http://hv01:5985/wsman', /an https:/],
      ['hyperv', 'https://lab.example/rdweb', /without a path/],
      ['docker_swarm', 'ssh://root@swarm01', /does not support ssh:/],
      ['docker_swarm', 'unix:///var/run/docker.sock', /does not support .*unix:/],
      ['docker_swarm', 'npipe:////./pipe/docker_engine', /npipe:/],
      ['docker_swarm', 'https://lab.example/docker', /without a path/],
    ];
    for (const [type, host, rule] of cases)
      expect(problems(type, { ...GIVEN[type], host }).join('; '), host).to.match(rule);
  });

  it('keeps the port that the request names beside it', () => {
    const given = { ...GIVEN.proxmox, host: 'https://pve.lab.example', port: '8443' };
    expect(stored('proxmox', given).settings).to.include({ host: 'pve.lab.example', port: '8443' });
  });

  it('is refused where "?" or "#" would be lost', () => {
    const cases: readonly (readonly [ServiceType, Record<string, string>, string])[] = [
      ['grafana', { base_url: 'https://g.lab.example/d/x?orgId=2', token: 'glsa_x' }, 'base_url'],
      ['prometheus', { base_url: 'https://p/graph#tab', username: 'u', password: 'p' }, 'base_url'],
      ['openai', { api_key: 'sk-x', base_url: 'https://ai.lab.example/v1?api-version=1' }, 'base_url'],
      ['kubernetes', { server_url: 'https://k:6443/?a', token: 't' }, 'server_url'],
    ];
    for (const [type, given, field] of cases)
      expect(problems(type, given).join('; ')).to.include(
        `fields.${field} must be only the address of the service`,
      );
    const test = {
      api_key: 'k',
      test_url: 'https://api.lab.example/me?full=1',
      test_headers: 'X-Key: {api_key}',
    };
    expect(problems('other', test)).to.deep.equal([]);
  });
});
