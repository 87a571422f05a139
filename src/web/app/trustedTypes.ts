interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

/**
 * Only style text may become markup: Mantine writes its theme variables that way. Tags are refused, so that injected
 * markup never runs (Trusted Types, W3C).
 */
const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
factory?.createPolicy('default', {
  createHTML(text) {
    if (text.includes('<')) throw new TypeError('markup is not allowed');
    return text;
  },
});
