import type { ServiceType } from '../../src/domain/serviceType.js';
import type { TestCode, TestResult } from '../../src/domain/testResult.js';
import type { Simulator } from '../support/simulator.js';

/** Values by field as a person would give them. */
export type Fields = Record<string, string>;

export interface ConformanceCase {
  code: TestCode;
  /** What is so, as the table and the test's name say it: `a token that was revoked`. */
  what: string;
  /** Instead of, or beside, the right credential's fields; `undefined` leaves one out. */
  fields?: Record<string, string | undefined>;
  /** State of the simulator while the case runs. */
  state?: string;
  /** What else must hold of the result. */
  expect?: (result: TestResult) => void;
}

/** A real server of that service, on this machine. */
export interface RealServer {
  /** The right credential's fields. */
  fields: Fields;
  /** What else its cases need to know of it: addresses, certificates, other users. */
  more: Record<string, string>;
  close(): Promise<void>;
}

export interface RealCounterpart {
  /** Program and version as the table shows it. */
  name: string;
  /** The server, or in one sentence why it can't be started here. */
  start(): Promise<RealServer | { missing: string }>;
  cases(server: RealServer): ConformanceCase[];
}

/** All that the suite needs to judge one service. Every code has a case, or a reason why it can't be. */
export interface ServiceCases {
  serviceType: ServiceType;
  /** A stand-in that refuses what the real service refuses. */
  simulator(): Promise<Simulator>;
  /** The right credential's fields at that simulator; the suite adds the TLS fields where the form has them. */
  fields(simulator: Simulator): Fields;
  /** Names that the service always has, led to the simulator. */
  fixedHosts?: readonly string[];
  /** The field that holds the address, for what can be wrong with one. Left out with `fixedHosts`. */
  addressField?: string;
  cases(simulator: Simulator): ConformanceCase[];
  /** What a page or JSON of another program means; left out, `not_this_service`. */
  otherAnswers?: TestCode;
  notApplicable: Partial<Record<TestCode, string>>;
  real?: RealCounterpart;
}
