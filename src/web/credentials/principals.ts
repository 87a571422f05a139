/** A principal as people say it: `local:ben` is `ben`, `team:red` is `team red`; others keep their issuer. */
export const nameOf = (principal: string): string =>
  principal.replace(/^local:/, '').replace(/^team:/, 'team ');
