import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError, EXIT } from '../exitCodes.js';

/** The text as a person leaves it in their editor; in a file that only they can read, removed afterwards. */
export async function editedText(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'glassdome-edit-'));
  const file = join(folder, 'credential.yaml');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    await run(file);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By a shell, since `$EDITOR` may hold options, as `code --wait`. The path is an argument of it, not part of its text. */
function run(file: string): Promise<void> {
  const editor = editorCommand();
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    child.once('error', () => reject(new CliError('No shell was found to start the editor.', EXIT.failed)));
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(
            new CliError(
              `The editor ended with code ${code}; nothing was changed.`,
              EXIT.failed,
              'Set $EDITOR.',
            ),
          ),
    );
  });
}

/** What edits a text, as other tools choose it. */
export function editorCommand(env: NodeJS.ProcessEnv = process.env): string {
  return env['VISUAL'] || env['EDITOR'] || 'vi';
}
