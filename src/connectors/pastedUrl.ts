import type { PasteForm } from '../domain/template.js';

/** A host in an address; a login inside a URL does not match, so that it is refused. */
export const HOST = '(\\[[^\\]\\s]+\\]|[^/:@\\s"\'\\[\\]]+)(?::(\\d{1,5}))?';

/** The address line of a browser, for services that are given by host and port. */
export const PASTED_URL: Omit<PasteForm, 'field'> = {
  pattern: `^https?://${HOST}(?:/\\S*)?$`,
  into: ['host', 'port'],
};
