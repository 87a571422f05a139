import { Anchor, Group, Text } from '@mantine/core';
import type { SeenCredential, Template } from '../../client/contract.js';
import { serviceName } from '../services.js';
import { addressOf } from './rotateFields.js';
import { Step } from './Step.js';
import classes from './Step.module.css';

/** How to make the new secret at the service, with the way there. */
export function CreateStep({ credential, template }: { credential: SeenCredential; template: Template }) {
  const { guide } = template;
  const service = serviceName(credential.service_type);
  const address = addressOf(credential);
  const docs = template['docs_url'];
  return (
    <Step number={1} title={`Create a new secret at ${service}`}>
      {guide !== undefined && (
        <ol className={classes['how']}>
          {guide.create.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      )}
      {guide !== undefined && <Text size="md">Permissions: {guide.permissions}</Text>}
      <Text size="md">Keep the old one until step 4: everything uses it until then.</Text>
      <Group gap="md">
        {address !== null && <Out href={address}>Open {new URL(address).host}</Out>}
        {typeof docs === 'string' && <Out href={docs}>Read the documentation</Out>}
      </Group>
    </Step>
  );
}

function Out({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <Anchor href={href} target="_blank" rel="noopener noreferrer" size="md">
      {children} <span aria-hidden="true">↗</span>
      <span className="hidden"> (opens a new tab)</span>
    </Anchor>
  );
}
