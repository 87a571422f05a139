import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';
import { mergeFields } from '../../domain/credentials/templateFields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { checkRules } from '../../domain/services/fieldRules.js';
import type { TestWatch } from '../../domain/testing/testProgress.js';
import type { TestResult } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { refuse, requireRole } from '../gate/refuse.js';
import { ABANDONED, runTest, TestAbandoned, type TestTurn } from './runTest.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'auditLog' | 'outbound'>;

/** Values of one service that are not stored. */
export interface UnsavedValues {
  serviceType: ServiceType;
  fields: Record<string, string | number | boolean | null>;
  /** `other` only: which of the fields are secret. */
  secretFields?: string[] | undefined;
}

/**
 * Tests values that are not stored, and stores nothing. Every value comes from the request; nothing stored is mixed
 * in. Engineers and up.
 */
export async function testUnsaved(
  ports: Needs,
  call: CallContext,
  input: UnsavedValues,
  watch?: TestWatch,
): Promise<TestResult> {
  await requireRole(ports, call, 'engineer', { action: 'credential.test_unsaved' });
  const connector = requireConnector(input.serviceType);
  const given = { template: connector.template, given: input.fields };
  const { values } = mergeFields(
    input.secretFields === undefined ? given : { ...given, secretFields: input.secretFields },
  );
  checkRules(connector, values);
  return testGiven(ports, call, connector, values, { watch });
}

/** Tests values of this request; their destination is audited before the result is returned. */
export async function testGiven(
  ports: Needs,
  call: CallContext,
  connector: Connector,
  values: FieldValues,
  turn: Pick<TestTurn, 'waitMs' | 'watch'> = {},
): Promise<TestResult> {
  const lane = call.caller.principal;
  const result = await runTest(ports, connector, values, { ...turn, lane }).catch((error: unknown) => {
    const refused = {
      action: 'credential.test_unsaved',
      details: { service_type: connector.serviceType },
    } as const;
    if (error instanceof TestAbandoned) return giveUp(ports, call, connector, error);
    if (error instanceof BrokerError) return refuse(ports, call, refused, error);
    throw error;
  });
  await ports.auditLog.record([
    auditEvent(call, 'credential.test_unsaved', result.code === 'ok' ? 'allowed' : 'failed', {
      code: result.code,
      details: {
        service_type: connector.serviceType,
        step: result.failedStep,
        contacted: result.contacted,
      },
    }),
  ]);
  return result;
}

/** Where an abandoned test went is audited too; rejects. */
async function giveUp(
  { auditLog }: Pick<Ports, 'auditLog'>,
  call: CallContext,
  { serviceType }: Connector,
  { contacted }: TestAbandoned,
): Promise<never> {
  const details = { service_type: serviceType, contacted };
  await auditLog.record([
    auditEvent(call, 'credential.test_unsaved', 'failed', { code: ABANDONED.code, details }),
  ]);
  throw ABANDONED.error();
}
