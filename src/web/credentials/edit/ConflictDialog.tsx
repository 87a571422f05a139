import '@mantine/core/styles/Radio.css';
import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { SeenCredential } from '../../client/contract.js';
import { Moment } from '../../parts/Moment.js';
import { useSession } from '../../session/SessionGate.js';
import { nameOf } from '../principals.js';
import classes from './ConflictDialog.module.css';
import type { Clash, Conflict } from './conflict.js';

interface Props extends Conflict {
  theirs: SeenCredential;
  onClose(): void;
  /** Gives the fields whose value is taken from the other change. */
  onSettle(theirs: readonly Clash[]): void;
}

/** Somebody saved in the meantime: yours or theirs, field by field. */
export function ConflictDialog({ theirs, clashes, taken, onClose, onSettle }: Props) {
  const { principal } = useSession();
  const [chosen, setChosen] = useState<ReadonlySet<Clash>>(new Set());
  const choose = (clash: Clash, isTheirs: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      if (isTheirs) next.add(clash);
      else next.delete(clash);
      return next;
    });
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
      title="It has changed in the meantime"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="md">
          {theirs.updated_by === principal ? 'You' : nameOf(theirs.updated_by)} saved this credential
          elsewhere (<Moment at={theirs.updated_at} />
          ). Nothing that you typed is lost.
        </Text>
        {clashes.map((clash) => (
          <Choice
            key={`${clash.part} ${clash.name}`}
            clash={clash}
            isTheirs={chosen.has(clash)}
            onChoose={choose}
          />
        ))}
        {taken.length > 0 && <Text size="md">Kept from the other change: {taken.join(', ')}.</Text>}
        <Group>
          <Button data-autofocus onClick={() => onSettle([...chosen])}>
            Continue with these values
          </Button>
          <Button variant="default" onClick={onClose}>
            Back to the form
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface ChoiceProps {
  clash: Clash;
  isTheirs: boolean;
  onChoose(clash: Clash, isTheirs: boolean): void;
}

function Choice({ clash, isTheirs, onChoose }: ChoiceProps) {
  const { label, yours, theirs, isSecret } = clash;
  const shown = (text: string) => (
    <span className={isSecret ? 'dim' : `mono ${classes['value']}`}>{text === '' ? '(empty)' : text}</span>
  );
  return (
    <Radio.Group
      label={label}
      value={isTheirs ? 'theirs' : 'yours'}
      onChange={(value) => onChoose(clash, value === 'theirs')}
    >
      <Stack gap="xs" mt="xs">
        <Radio value="yours" label={<>Yours: {shown(yours)}</>} />
        <Radio value="theirs" label={<>Theirs: {shown(theirs)}</>} />
      </Stack>
    </Radio.Group>
  );
}
