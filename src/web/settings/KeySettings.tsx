import '@mantine/core/styles/Switch.css';
import { Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { KeyTables } from '../app/KeyList.js';
import { areKeysOn, setKeysOn } from '../app/keys.js';

/** Keys on or off, and what each does. */
export function KeySettings() {
  const [isOn, setOn] = useState(areKeysOn);
  const change = (on: boolean) => {
    setKeysOn(on);
    setOn(on);
  };
  return (
    <Stack gap="md">
      <Switch
        label="Act on single keys. Ctrl K works always."
        checked={isOn}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      {isOn && <KeyTables />}
    </Stack>
  );
}
