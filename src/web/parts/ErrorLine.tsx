import { Text } from '@mantine/core';

/** What is wrong with a small form, above its button; nothing where nothing is. */
export function ErrorLine({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <Text role="alert" size="md" style={{ color: 'var(--page-rejected)' }}>
      {text}
    </Text>
  );
}
