import { Checkbox, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Offer } from '../client/contract.js';
import { acceptOffer } from '../client/offers.js';
import { FormDialog } from '../parts/FormDialog.js';
import { toast } from '../parts/toasts.js';

/** The variables that a credential may fill, each with a choice. */
export function AcceptDialog({ offer, onClose }: { offer: Offer; onClose(): void }) {
  const { credential, variables } = offer;
  const client = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(variables));
  const [prefer, setPrefer] = useState(false);
  const change = (name: string, on: boolean) => {
    const next = new Set(chosen);
    on ? next.add(name) : next.delete(name);
    setChosen(next);
  };
  const submit = async () => {
    await acceptOffer(offer, [...chosen], prefer);
    toast(`Accepted ${credential.name}.`);
    for (const key of ['offers', 'open-offers', 'credentials'])
      void client.invalidateQueries({ queryKey: [key] });
  };
  return (
    <FormDialog title={`Accept ${credential.name}`} submit="Accept" onSubmit={submit} onClose={onClose}>
      {variables.length === 0 ? (
        <Text size="md">It fills no variables. You can read it by its name.</Text>
      ) : (
        <Stack gap="xs" role="group" aria-label="Variables that it fills">
          {variables.map((name) => (
            <Checkbox
              key={name}
              label={<span className="mono">{name}</span>}
              checked={chosen.has(name)}
              onChange={(event) => change(name, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      )}
      <Checkbox
        label="Prefer it"
        description="It fills these variables even where another credential does now."
        checked={prefer}
        onChange={(event) => setPrefer(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
