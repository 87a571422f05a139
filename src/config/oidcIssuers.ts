import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';
import { aliasProblem, ID_TOKEN_ALGORITHMS, type OidcIssuer } from '../domain/people/issuer.js';
import { Secret } from '../domain/secret.js';
import { hostOf, LOOPBACK } from './lists.js';

const MOST = 20;
const role = z.enum(ROLES);

/** The file that `OIDC_ISSUERS_FILE` names. A secret is never in it: `client_secret_file` says where it is. */
const fileSchema = z.strictObject({
  issuers: z
    .array(
      z.strictObject({
        alias: z.string().refine((alias) => aliasProblem(alias) === undefined, {
          error: ({ input }) => aliasProblem(String(input)) ?? '',
        }),
        name: z.string().min(1).max(60),
        issuer: z.string().refine(isIssuer, 'must be https://…, without a query; http:// on loopback only'),
        client_id: z.string().min(1).max(255),
        client_secret_file: z.string().min(1).optional(),
        scopes: z
          .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
          .max(20)
          .default(['openid', 'profile', 'email']),
        role_claim: z.string().min(1).max(200).default('groups'),
        role_map: z.record(z.string().min(1).max(200), role).default({}),
        default_role: z.enum(['none', ...ROLES]).default('none'),
        algorithms: z.array(z.enum(ID_TOKEN_ALGORITHMS)).min(1).default(['RS256']),
        ca_file: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .max(MOST)
    .refine((all) => new Set(all.map(({ alias }) => alias)).size === all.length, 'have an alias twice'),
});

type Listed = z.output<typeof fileSchema>['issuers'][number];

/** The issuers of a file, read by `read`, which throws for one that can't be read; what is wrong is a line each. */
export function issuersIn(
  file: string | undefined,
  read: (file: string) => string,
): { issuers: OidcIssuer[]; problems: string[] } {
  if (file === undefined) return { issuers: [], problems: [] };
  try {
    const parsed = fileSchema.safeParse(JSON.parse(read(file)));
    if (!parsed.success) return { issuers: [], problems: parsed.error.issues.map(lineOf) };
    const beside = (path: string) => read(resolve(dirname(file), path));
    return { issuers: parsed.data.issuers.map((listed) => issuerOf(listed, beside)), problems: [] };
  } catch (error) {
    const reason = error instanceof SyntaxError ? `${file} is not JSON` : (error as Error).message;
    return { issuers: [], problems: [reason.replace(/^(?!OIDC_ISSUERS_FILE)/, 'OIDC_ISSUERS_FILE: ')] };
  }
}

function issuerOf(listed: Listed, read: (path: string) => string): OidcIssuer {
  const { client_secret_file, ca_file, default_role, scopes } = listed;
  return {
    alias: listed.alias,
    name: listed.name,
    issuer: listed.issuer,
    clientId: listed.client_id,
    clientSecret: client_secret_file === undefined ? undefined : new Secret(read(client_secret_file).trim()),
    scopes: scopes.includes('openid') ? scopes : ['openid', ...scopes],
    roleClaim: listed.role_claim,
    roleMap: listed.role_map,
    defaultRole: default_role === 'none' ? undefined : default_role,
    algorithms: listed.algorithms,
    caPem: ca_file === undefined ? undefined : read(ca_file),
  };
}

/** Where it is wrong and the rule, never a value: it could be a secret in the wrong place. */
function lineOf({ path, message, code, keys }: z.core.$ZodIssue & { keys?: string[] }): string {
  const at = path.map(String).join('.') || 'the file';
  if (code !== 'unrecognized_keys') return `OIDC_ISSUERS_FILE: ${at} ${message}`;
  const inline = keys?.includes('client_secret')
    ? '; put the secret into a file and name it as client_secret_file'
    : '';
  return `OIDC_ISSUERS_FILE: ${at} has unknown members: ${keys?.join(', ')}${inline}`;
}

function isIssuer(text: string): boolean {
  if (!/^https?:\/\/[^?#@\s]+$/.test(text) || !URL.canParse(text)) return false;
  return text.startsWith('https://') || LOOPBACK.has(hostOf(text));
}
