import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PAGE, servicesPage } from '../../../local/docs/servicesPage.js';
import { packageFile } from '../../../src/config/packageFiles.js';
import { connectors } from '../../../src/connectors/registry.js';
import { SERVICE_TYPES } from '../../../src/domain/credentials/serviceType.js';

describe('the page of all services', () => {
  it('is the one that the registry makes (npm run docs)', () => {
    expect(readFileSync(packageFile(PAGE), 'utf8')).to.equal(servicesPage());
  });

  it('can be made whole: every type of service has a connector with a test and a guide', () => {
    expect(connectors.map(({ serviceType }) => serviceType)).to.have.members([...SERVICE_TYPES]);
    for (const { serviceType, test, guide } of connectors) {
      expect(test, serviceType).to.be.a('function');
      for (const text of [...(guide?.create ?? ['']), guide?.permissions, guide?.test])
        expect(text, serviceType).to.match(/\.$/);
    }
  });
});
