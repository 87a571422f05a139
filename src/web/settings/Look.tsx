import {
  Group,
  type MantineColorScheme,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { currentDensity, type Density, setDensity } from '../app/density.js';

const THEMES = [
  { value: 'auto', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
const ROWS = [
  { value: 'comfortable', label: 'Comfortable' },
  { value: 'compact', label: 'Compact' },
];

/** Theme and height of rows, remembered in this browser. */
export function Look() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setShown] = useState(currentDensity);
  const change = (next: string) => {
    setDensity(next as Density);
    setShown(next as Density);
  };
  return (
    <Stack gap="sm">
      <Labelled label="Theme">
        <SegmentedControl
          aria-label="Theme"
          data={THEMES}
          value={colorScheme}
          onChange={(next) => setColorScheme(next as MantineColorScheme)}
        />
      </Labelled>
      <Labelled label="Rows">
        <SegmentedControl aria-label="Rows" data={ROWS} value={density} onChange={change} />
      </Labelled>
    </Stack>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group gap="md">
      <Text size="md" w={80}>
        {label}
      </Text>
      {children}
    </Group>
  );
}
