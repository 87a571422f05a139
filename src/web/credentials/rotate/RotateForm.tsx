import { Button, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SeenCredential, Template } from '../../client/contract.js';
import { Problem } from '../../parts/Problem.js';
import { FormFields } from '../form/FormFields.js';
import { TestResultView } from '../form/TestResultView.js';
import { StoreAnyway } from '../StoreAnyway.js';
import { CreateStep } from './CreateStep.js';
import { Step, Steps } from './Step.js';
import { type Rotated, type Rotation, useRotate } from './useRotate.js';

interface Props {
  credential: SeenCredential;
  template: Template;
  onRotated(done: Rotated): void;
}

/** The first three steps: create it there, paste it here, test and save it. */
export function RotateForm({ credential, template, onRotated }: Props) {
  const rotation = useRotate(credential, template, onRotated);
  const [reason, setReason] = useState('');
  const isTested = template['free_form'] !== true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (rotation.isReady) void rotation.save(isTested ? 'required' : 'warn', reason);
  };
  return (
    <form onSubmit={submit} aria-label={`Rotate ${credential.name}`}>
      <Steps>
        <CreateStep credential={credential} template={template} />
        <Step number={2} title="Paste it here">
          <FormFields form={rotation.form} storedSecrets={credential.secret_fields} />
          {credential.secret_fields.length > 1 && (
            <Text size="md" className="dim">
              A secret that you leave empty stays as it is.
            </Text>
          )}
          <TextInput
            label="Reason"
            description="Kept in the history."
            maxLength={500}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Step>
        <Step number={3} title="Test it, then save it as a new version">
          <Text size="md">
            {isTested
              ? 'The new secret is tested first. If the service refuses it, nothing changes. The present version is kept.'
              : 'The present version is kept.'}
          </Text>
          <SaveButtons rotation={rotation} isTested={isTested} reason={reason} />
        </Step>
      </Steps>
    </form>
  );
}

interface SaveProps {
  rotation: Rotation;
  isTested: boolean;
  reason: string;
}

function SaveButtons({ rotation, isTested, reason }: SaveProps) {
  const { busy, error, result, isReady, canTestAlone, test, save, saveUnusual } = rotation;
  const isRefused = result !== undefined && !result.ok;
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <StoreAnyway
        error={error}
        busy={busy === 'save'}
        onStore={(allow) => void saveUnusual(reason, allow)}
      />
      {result !== undefined && <TestResultView result={result} />}
      <Group>
        <Button type="submit" loading={busy === 'save'} disabled={!isReady || busy === 'test'}>
          {isTested ? 'Test, then save' : 'Save'}
        </Button>
        {isTested && canTestAlone && isReady && (
          <Button
            variant="default"
            loading={busy === 'test'}
            disabled={busy === 'save'}
            onClick={() => void test()}
          >
            Test only
          </Button>
        )}
        {isTested && isRefused && (
          <Button variant="subtle" disabled={busy !== undefined} onClick={() => void save('skip', reason)}>
            Save without a test
          </Button>
        )}
      </Group>
    </>
  );
}
