const BOM = /^\uFEFF/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * A text of several lines as it was before tools wrapped it: without a byte order mark, and out of base64 where only the
 * text inside looks right. What is not clearly wrapped stays as it is.
 */
export function unwrapped(text: string, looksRight: (text: string) => boolean): string {
  const bare = text.replace(BOM, '').trim();
  if (looksRight(bare)) return bare;
  const packed = bare.replace(/\s+/g, '');
  if (packed.length < 40 || !BASE64.test(packed)) return bare;
  const inside = decoded(packed)?.replace(BOM, '').trim();
  return inside !== undefined && looksRight(inside) ? inside : bare;
}

function decoded(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    // Bytes that are no text were no wrapped text.
    return undefined;
  }
}

/** PEM with its lines: some tools write `\n` in their place, or drop them. Other PEM stays as it is. */
export function repairedPem(text: string): string {
  const pem = unwrapped(text, (inside) => inside.includes('-----BEGIN '));
  if (!/-----BEGIN/.test(pem)) return text;
  const lines = pem.replace(/\\r\\n|\\n|\\r/g, '\n');
  const repaired = lines.replace(BLOCK, (whole, kind: string, body: string) => {
    const packed = body.replace(/\s+/g, '');
    const broken =
      !/^\s*\n[\s\S]*\n\s*$/.test(body) || body.trim().length > 80 !== body.trim().includes('\n');
    if (!broken || !BASE64.test(packed)) return whole;
    return `-----BEGIN ${kind}-----\n${packed.replace(/.{1,64}/g, '$&\n')}-----END ${kind}-----`;
  });
  return repaired.trim() === text.trim() ? text : repaired;
}
