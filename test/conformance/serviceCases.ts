import type { ServiceType } from '../../src/domain/credentials/serviceType.js';
import type { TestCode, TestResult } from '../../src/domain/testing/testResult.js';
import type { SimulatedRequest, Simulator } from '../support/services/simulator.js';

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
  /** What else must contain of the result. */
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

/** What a credential of this service does where a gateway stands in front, or where nothing is locked. */
export interface GatewayCases {
  /** Fields of a credential of the right form that the service refuses; of a certificate, with `mutual`'s. */
  wrong: Record<string, string | undefined>;
  /** `foreign` where no gateway passes it on, so that the service never judges it. */
  refusal?: 'foreign';
  /** The simulator to stand behind gateways, where it is another one. */
  behind?: () => Promise<Simulator>;
  /** True for a request with something that proves us; left out: with a header for that, or a secret in its body. */
  carries?: (request: SimulatedRequest, known: boolean) => boolean;
  /** A simulator that ends the TLS handshake of strangers, and the fields of a credential with a certificate there. */
  mutual?: () => Promise<{ simulator: Simulator; fields: Fields; wrong: Fields }>;
  /** State and fields in which the service answers everybody, or why that can't be. */
  open: { state?: string; fields?: Record<string, string | undefined> } | string;
  /** State and fields of a known credential that lacks a right, which is then told by 401; or why that can't be. */
  noScope: { state: string; fields?: Record<string, string | undefined> } | string;
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
  gateway: GatewayCases;
  real?: RealCounterpart;
}
