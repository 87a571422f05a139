import { Button, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { verifyAudit } from '../client/audit.js';
import type { AuditProof } from '../client/contract.js';
import { useAct } from '../parts/useAct.js';

/** Checks every chain, and says what was found. */
export function Verify() {
  const [proof, setProof] = useState<AuditProof>();
  const { busy, act } = useAct();
  return (
    <>
      <Button
        loading={busy !== undefined}
        onClick={() => void act('verify', async () => setProof(await verifyAudit()))}
      >
        Verify
      </Button>
      {proof !== undefined && (
        <Modal
          opened
          onClose={() => setProof(undefined)}
          title={proof.ok ? 'The audit is whole' : 'The audit has problems'}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <Found proof={proof} />
        </Modal>
      )}
    </>
  );
}

function Found({ proof }: { proof: AuditProof }) {
  const { rows, chains, checkpoints, unsigned_rows, problem_count, problems } = proof;
  return (
    <Stack gap="sm">
      <Text size="md">
        {rows} rows in {chains} chains and {checkpoints} checkpoints were checked. {unsigned_rows} rows are
        too new to be signed.
      </Text>
      {problem_count > 0 && (
        <Text size="md" style={{ color: 'var(--page-rejected)' }}>
          {problem_count} problems. The first:
        </Text>
      )}
      {problems.map(({ chain, seq, problem }) => (
        <Text key={`${chain} ${seq} ${problem}`} size="sm">
          {chain}, row {seq}: {problem}
        </Text>
      ))}
    </Stack>
  );
}
