import { expect } from 'chai';
import type { BrokerError } from '../../../src/domain/errors.js';
import { EventPlaces } from '../../../src/http/eventPlaces.js';

function filled(places: EventPlaces, pairs: [caller: string, creator: string][]): number {
  let taken = 0;
  for (const [caller, creator] of pairs)
    try {
      places.take(caller, creator);
      taken += 1;
    } catch (error) {
      expect((error as BrokerError).code).to.equal('rate_limited');
    }
  return taken;
}
const times = (many: number, caller: string, creator = caller): [string, string][] =>
  Array.from({ length: many }, () => [caller, creator]);

describe('Places for readers of events', () => {
  it('are forty for a caller, and eighty for a person with all their service accounts', () => {
    const places = new EventPlaces();
    expect(filled(places, times(60, 'anna'))).to.equal(40);
    const accounts = Array.from({ length: 5 }, (_, n) => times(40, `sa:${n}`, 'anna')).flat();
    expect(filled(places, accounts)).to.equal(40);
    expect(filled(places, times(1, 'ben'))).to.equal(1);
  });

  it('are kept for those who have none, however many others have many', () => {
    const places = new EventPlaces();
    const crowd = Array.from({ length: 20 }, (_, n) => times(40, `greedy-${n}`)).flat();
    expect(filled(places, crowd)).to.be.within(140, 180);
    for (let n = 0; n < 10; n += 1) expect(filled(places, times(2, `new-${n}`))).to.equal(2);
  });

  it('are free again once, when a reader leaves', () => {
    const places = new EventPlaces();
    const leave = places.take('anna', 'anna');
    leave();
    leave();
    expect(places.taken).to.equal(0);
    expect(filled(places, times(41, 'anna'))).to.equal(40);
  });
});
