import { setNonce } from 'get-nonce';

/** The nonce of this response, without which the content security policy refuses a style element. */
export const nonce: string =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// For react-remove-scroll, which writes a style element of its own.
setNonce(nonce);
