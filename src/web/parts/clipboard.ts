/** How long a copied secret stays on the clipboard. */
export const CLEARED_AFTER_S = 60;

let timer: ReturnType<typeof setTimeout> | undefined;

/** What people copy themselves in the meantime stays. */
function forget(): void {
  clearTimeout(timer);
  timer = undefined;
  window.removeEventListener('focus', clearClipboard);
  document.removeEventListener('copy', forget);
  document.removeEventListener('cut', forget);
}

/** Removes a copied secret now. A page without the focus may not write, so it tries again when it has the focus. */
export function clearClipboard(): void {
  if (timer === undefined) return;
  navigator.clipboard.writeText('').then(forget, () => window.addEventListener('focus', clearClipboard));
}

/** Copies a setting. */
export const copyText = (text: string): Promise<void> =>
  navigator.clipboard === undefined ? Promise.reject(new ClipboardError()) : write(text);

/** Copies a secret, and empties the clipboard after a minute or at the sign-out. */
export async function copySecret(secret: string): Promise<void> {
  await copyText(secret);
  forget();
  timer = setTimeout(clearClipboard, CLEARED_AFTER_S * 1000);
  document.addEventListener('copy', forget);
  document.addEventListener('cut', forget);
}

/** The browser does not let the page write to the clipboard. */
export class ClipboardError extends Error {}

async function write(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new ClipboardError();
  }
}

export const CLIPBOARD_SENTENCE =
  'The browser does not let this page copy. Open the page over HTTPS, allow the clipboard, then try again.';
