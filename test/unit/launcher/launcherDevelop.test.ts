import { expect } from 'chai';
import { developOptions } from '../../../local/dev/options.js';

describe('the options of npm run dev', () => {
  it('let a debugger connect only where it was asked for', () => {
    expect(developOptions([]).inspect).to.equal(undefined);
    expect(developOptions(['--inspect']).inspect).to.equal('9229');
    expect(developOptions(['--inspect=9300']).inspect).to.equal('9300');
  });

  it('are refused where they do not exist or name no port', () => {
    expect(() => developOptions(['--inspect=0.0.0.0:9229'])).to.throw('must be a port number');
    expect(() => developOptions(['--watch'])).to.throw('--watch');
  });
});
