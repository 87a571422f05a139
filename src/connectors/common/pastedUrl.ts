import type { PasteForm } from '../../domain/credentials/template.js';

/** A host in an address; a login inside a URL does not match, so that it is refused. */
export const HOST = '(\\[[^\\]\\s]+\\]|[^/:@\\s"\'\\[\\]]+)(?::(\\d{1,5}))?';

/**
 * The address line of a browser, for services that are given by host and port: without a port, https means 443. A path
 * would be lost, so that any but `pages`, where the product itself shows its pages, stays and is refused by name.
 */
export const pastedUrl = (pages = ''): Omit<PasteForm, 'field'> => ({
  pattern: `^https://${HOST}(?:/${pages === '' ? '' : `(?:(?:${pages})(?:/[^\\s?#]*)?)?`})?(?:[?#]\\S*)?$`,
  into: ['host', 'port'],
  implied: { port: '443' },
});
