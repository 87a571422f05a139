import { expect } from 'chai';
import { testPostgres } from '../../support/broker/parts.js';
import {
  ACTIONS,
  type Action,
  AdminWorld,
  keyOf,
  opened,
  reached,
  type State,
  worthTrying,
} from '../../support/worlds/adminWorld.js';
import { recordsAt } from '../postgres/postgresSupport.js';

/** Every call in every state that three calls lead to; of the fourth a sample, or all of them where this is set. */
const WHOLE = process.env['ADMIN_SEQUENCES'] === 'all';
const LENGTHS = [1, 2, 3, 4];
const LANES = 2;
/** Of the calls of each length one in so many is tried, and of those that need a reason one in so many with a reason. */
const CALLS = [1, 1, 1, WHOLE ? 1 : 24];
const REASONS = [1, 1, 6, 6];

interface Node {
  state: State;
  /** How many sequences of calls lead here. */
  ways: number;
  /** One of them. */
  path: string[];
}

interface Search {
  faults: string[];
  sequences: number;
  calls: number;
  withReason: number;
}

/**
 * Sequences of calls of two admins, and of a third whom they make, over real Postgres. Those that lead to the same state
 * go on together, so each call is tried once in each state.
 */
describe('what admins do one after the other, in any order and over any number of hands', function () {
  this.timeout(900_000);
  let lanes: AdminWorld[];
  let start: State;
  const actions = ACTIONS();

  before(async () => {
    const server = await testPostgres();
    const databases = await Promise.all(Array.from({ length: LANES }, () => server.freshDatabase()));
    lanes = await Promise.all(
      databases.map(({ appUrl, ownerUrl }) => {
        const superUrl = new URL(server.superUrl);
        superUrl.pathname = new URL(ownerUrl).pathname;
        return AdminWorld.open(recordsAt(appUrl), superUrl.href);
      }),
    );
    const states = await Promise.all(lanes.map((lane) => lane.begin()));
    start = states[0] as State;
  });
  after(async () => {
    for (const lane of lanes ?? []) await lane.close();
  });

  it('opens no value of others without a reason, a break-glass row and a notice to its owner', async () => {
    expect([...reached(start)], 'at the start').to.deep.equal([]);
    const search: Search = { faults: [], sequences: 0, calls: 0, withReason: 0 };
    let nodes: Node[] = [{ state: start, ways: 1, path: [] }];
    for (const length of LENGTHS) nodes = await onward(search, nodes, length);
    const { faults, sequences, calls, withReason } = search;
    const told = `${sequences} sequences by ${calls} calls, ${withReason} more with a reason: ${faults.length} openings without`;
    process.stdout.write(`      ${told}\n`);
    expect(faults).to.deep.equal([]);
    expect(sequences).to.be.greaterThan(15_000);
    expect(withReason).to.be.greaterThan(200);
  });

  /** Tries what may be tried in each state, and answers the states that follow. */
  async function onward(search: Search, nodes: readonly Node[], length: number): Promise<Node[]> {
    const next = new Map<string, Node>();
    await overLanes(nodes, async (node, lane, n) => {
      const tried = worthTrying(node.state, actions).filter(
        (_, m) => (7 * n + m) % (CALLS[length - 1] ?? 1) === 0,
      );
      for (const [m, action] of tried.entries()) {
        const path = [...node.path, `${action.by} ${action.does}`];
        const withReason = (7 * n + m) % (REASONS[length - 1] ?? 1) === 0;
        const { faults, after, reasoned } = await tryOut(lane, { state: node.state, action, withReason });
        search.faults.push(...faults.map((fault) => `${path.join(', ')}: ${fault}`));
        search.calls += 1;
        search.withReason += reasoned ? 1 : 0;
        search.sequences += node.ways;
        if (after === undefined || length === LENGTHS.length) continue;
        const key = keyOf(after);
        const known = next.get(key) ?? { state: after, path, ways: 0 };
        next.set(key, { ...known, ways: known.ways + node.ways });
      }
    });
    return [...next.values()];
  }

  async function overLanes<T>(
    items: readonly T[],
    work: (item: T, lane: AdminWorld, n: number) => Promise<void>,
  ) {
    let next = 0;
    await Promise.all(
      lanes.map(async (lane) => {
        for (let n = next++; n < items.length; n = next++) await work(items[n] as T, lane, n);
      }),
    );
  }
});

interface Attempt {
  state: State;
  action: Action;
  /** Where a reason is asked for, try it with one too. */
  withReason: boolean;
}

/** What is wrong with one call in one state, and what follows it. */
async function tryOut(
  lane: AdminWorld,
  { state, action, withReason }: Attempt,
): Promise<{ faults: string[]; after?: State; reasoned: boolean }> {
  const { outcome, after } = await lane.step(state, action);
  if (outcome.code === 'reason_required') {
    const faults = withReason ? await withAReason(lane, state, action) : [];
    return { faults, reasoned: withReason };
  }
  if (outcome.code !== null) return { faults: [], reasoned: false };
  const faults = [
    ...reachedSince(state, after).map((each) => `${each} is reached without a reason`),
    ...opened(state, after).map((each) => `${each} is opened without a reason`),
    ...outcome.events.filter((event) => event.breakGlass).map(() => 'a break-glass row without a reason'),
  ];
  return { faults, after, reasoned: false };
}

/** With a reason it is done, audited as what it is, and each owner of what opens by it gets a notice. */
async function withAReason(lane: AdminWorld, state: State, action: Action): Promise<string[]> {
  const { outcome, after } = await lane.step(state, action, 'a drill');
  if (outcome.code !== null) return [`with a reason: ${outcome.code}`];
  const owners = new Map(after.rows.credentials.map((c) => [String(c['name']), c['owner']]));
  const notified = (name: string) =>
    outcome.notices.some((n) => n.body['credential'] === name && n.recipient === owners.get(name));
  const names = [
    ...reachedSince(state, after).map((each) => each.replace(/^\S+ /, '')),
    ...opened(state, after),
  ];
  const row = outcome.events.some((event) => event.breakGlass && event.breakGlassReason === 'a drill');
  return [
    ...names.filter((name) => !notified(name)).map((name) => `no notice of ${name}`),
    ...(row ? [] : ['no row']),
  ];
}

function reachedSince(before: State, after: State): string[] {
  const was = reached(before);
  return [...reached(after)].filter((each) => !was.has(each));
}
