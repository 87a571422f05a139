import { randomUUID } from 'node:crypto';
import { makeSelfSigned } from '../test/support/services/selfSigned.js';
import { median, short } from './numbers.js';
import type { Report } from './report.js';
import { callJson, startSystem } from './system.js';

const ROUNDS = 30;
const BUNDLE_BYTES = 48_000;
const OWNER = 1;

/** `POST /api/credentials` with a CA bundle of 48 KB next to the same without one, in turns. */
export async function sizeBench(): Promise<Report> {
  const system = await startSystem();
  try {
    const store = async (caCertPem: string | undefined): Promise<number> => {
      const began = performance.now();
      await callJson(
        `${system.broker}/api/credentials`,
        system.bearer(OWNER, 'engineer'),
        bodyWith(caCertPem),
      );
      return performance.now() - began;
    };
    const bundle = certificates();
    const [small, large]: [number[], number[]] = [[], []];
    for (let round = -5; round < ROUNDS; round += 1) {
      const [one, other] = [await store(undefined), await store(bundle)];
      // The first ones warm the broker up.
      if (round >= 0)
        for (const [times, time] of [[small, one] as const, [large, other] as const]) times.push(time);
    }
    return reportOf(small, large);
  } finally {
    await system.stop();
  }
}

function certificates(): string {
  const { cert } = makeSelfSigned();
  return cert.repeat(Math.floor(BUNDLE_BYTES / cert.length));
}

function bodyWith(caCertPem: string | undefined): object {
  return {
    name: randomUUID(),
    service_type: 'grafana',
    fields: {
      base_url: 'https://grafana.lab.example',
      token: `glsa_${randomUUID()}`,
      ...(caCertPem !== undefined && { tls_mode: 'custom_ca', ca_cert_pem: caCertPem }),
    },
    test: 'skip',
  };
}

function reportOf(small: readonly number[], large: readonly number[]): Report {
  const ratio = median(large) / median(small);
  const row = (what: string, times: readonly number[]) => ({
    what,
    'median ms': short(median(times)),
    'longest ms': short(Math.max(...times)),
  });
  return {
    name: 'size',
    rows: [row('without a CA bundle', small), row(`with one of ${BUNDLE_BYTES / 1000} KB`, large)],
    bars: [{ what: 'with / without', seen: ratio, rule: 'at most', limit: 2, unit: 'x' }],
    notes: [`${ROUNDS} of each, in turns, each with a name and a token of its own.`],
  };
}
