import type { VaultClient } from '../connection/client.js';
import { TRANSIT_KEYS } from '../transit/transitKeys.js';
import { BROKER_ROLES, POLICY_NAMES, readPolicy, type VaultMounts, vaultName } from './policies.js';

export interface BootstrapOptions extends VaultMounts {
  /** Folder of the `*.hcl` files. */
  policiesDir: string;
  /** Where given, a file audit device is switched on at this path of Vault's machine. */
  auditFile?: string;
  /** VaultReply before each step that changes something. */
  onStep?: (what: string) => void;
}

/** One thing that must be so. `done` looks, `apply` makes it so; both throw `BootstrapRefused` when Vault refuses. */
export interface Step {
  what: string;
  done(): Promise<boolean>;
  apply(): Promise<void>;
}

/** Vault refused a step, or something else is in its place. Names the step and the status only. */
export class BootstrapRefused extends Error {
  constructor(
    readonly what: string,
    readonly status: number | null,
    hint = '',
  ) {
    super(
      `${what}: ${status === null ? 'refused' : `Vault answered ${status}`}${hint === '' ? '' : `; ${hint}`}`,
    );
    this.name = 'BootstrapRefused';
  }
}

/** Distinguishes our userpass mount from one that belongs to other people. */
const USERPASS_DESCRIPTION = 'Glassdome credential broker: people who log in by password';

/** Short lives: a stolen token ends soon, and the session renews and logs in again long before. Seconds. */
const ROLE_SETTINGS = {
  token_ttl: 1_200,
  token_max_ttl: 86_400,
  token_type: 'service',
  token_no_default_policy: true,
  secret_id_num_uses: 0,
  bind_secret_id: true,
};

/** Everything that `bootstrapVault` brings about, in order. */
export function bootstrapSteps(client: VaultClient, options: BootstrapOptions): Step[] {
  const approle = options.approleMount ?? 'approle';
  const kvDescription = 'Glassdome credential broker: one path per credential';
  return [
    mountStep(client, options.kvMount, { type: 'kv', description: kvDescription, options: { version: '2' } }),
    kvConfigStep(client, options.kvMount),
    mountStep(client, options.transitMount, {
      type: 'transit',
      description: 'Glassdome credential broker: keys',
    }),
    ...Object.entries(TRANSIT_KEYS).map(([name, key]) =>
      transitKeyStep(client, options.transitMount, name, key),
    ),
    authStep(client, approle, { type: 'approle' }),
    authStep(client, options.userpassMount, { type: 'userpass', description: USERPASS_DESCRIPTION }),
    lockoutStep(client, options.userpassMount),
    ...POLICY_NAMES.map((name) => policyStep(client, name, options)),
    ...BROKER_ROLES.map((role) => roleStep(client, approle, vaultName(role, options))),
    ...(options.auditFile === undefined ? [] : [auditStep(client, options.auditFile)]),
  ];
}

function mountStep(
  client: VaultClient,
  mount: string,
  config: { type: string; options?: object; description: string },
): Step {
  const what = `mount ${config.type} at ${mount}/`;
  return {
    what,
    done: async () => {
      const there = (await read(client, what, 'sys/mounts'))?.data?.[`${mount}/`];
      if (there === undefined) return false;
      const other = there.type !== config.type || (config.type === 'kv' && there.options?.version !== '2');
      if (other) throw new BootstrapRefused(what, null, 'another kind of engine is mounted there');
      return true;
    },
    apply: () => write(client, what, `sys/mounts/${mount}`, config),
  };
}

function kvConfigStep(client: VaultClient, mount: string): Step {
  const what = `keep 20 versions of a credential in ${mount}/`;
  return {
    what,
    done: async () => (await read(client, what, `${mount}/config`))?.data?.max_versions === 20,
    apply: () => writeWhenUpgraded(client, what, `${mount}/config`, { max_versions: 20 }),
  };
}

function transitKeyStep(client: VaultClient, mount: string, name: string, key: object): Step {
  const what = `create the transit key ${name}`;
  return {
    what,
    done: async () => (await read(client, what, `${mount}/keys/${name}`)) !== null,
    // No auto_rotate_period: Vault's default is never, so a rotation is a decision of an operator.
    apply: () =>
      write(client, what, `${mount}/keys/${name}`, {
        ...key,
        exportable: false,
        allow_plaintext_backup: false,
      }),
  };
}

function authStep(client: VaultClient, mount: string, config: { type: string; description?: string }): Step {
  const what = `enable the auth method ${config.type} at auth/${mount}/`;
  return {
    what,
    done: async () => {
      const there = (await read(client, what, 'sys/auth'))?.data?.[`${mount}/`];
      if (there === undefined) return false;
      const foreign =
        there.type !== config.type || (config.description ?? there.description) !== there.description;
      if (foreign)
        throw new BootstrapRefused(
          what,
          null,
          'this mount belongs to another application; choose another name',
        );
      return true;
    },
    apply: () => write(client, what, `sys/auth/${mount}`, config),
  };
}

/** Vault's own lock-out would let anybody lock anybody out by name; the broker counts by user and address. */
function lockoutStep(client: VaultClient, mount: string): Step {
  const what = `disable Vault's user lockout for auth/${mount}/`;
  const path = `sys/mounts/auth/${mount}/tune`;
  return {
    what,
    done: async () => (await read(client, what, path))?.data?.user_lockout_disable === true,
    apply: () => write(client, what, path, { user_lockout_config: { lockout_disable: true } }),
  };
}

function policyStep(
  client: VaultClient,
  name: (typeof POLICY_NAMES)[number],
  options: BootstrapOptions,
): Step {
  const full = vaultName(name, options);
  const what = `write the policy ${full}`;
  const path = `sys/policies/acl/${full}`;
  const text = () => readPolicy(options.policiesDir, name, options);
  return {
    what,
    done: async () => (await read(client, what, path))?.data?.policy === (await text()),
    apply: async () => write(client, what, path, { policy: await text() }),
  };
}

function roleStep(client: VaultClient, approle: string, name: string): Step {
  const what = `write the AppRole role ${name}`;
  const path = `auth/${approle}/role/${name}`;
  const wanted: Record<string, unknown> = { ...ROLE_SETTINGS, token_policies: [name] };
  return {
    what,
    done: async () => {
      const data = (await read(client, what, path))?.data;
      return Object.entries(wanted).every(
        ([key, value]) => JSON.stringify(data?.[key]) === JSON.stringify(value),
      );
    },
    apply: () => write(client, what, path, wanted),
  };
}

function auditStep(client: VaultClient, filePath: string): Step {
  const what = `enable the file audit device, at ${filePath}`;
  return {
    what,
    done: async () => {
      const devices = Object.entries<AuditDevice>((await read(client, what, 'sys/audit'))?.data ?? {});
      const writes = ({ type, options }: AuditDevice) => type === 'file' && options?.file_path === filePath;
      return devices.some(([path, device]) => path === 'broker-file/' || writes(device));
    },
    apply: async () => {
      const body = { type: 'file', options: { file_path: filePath, mode: '0600' } };
      const answer = await client.request('POST', 'sys/audit/broker-file', body, { timeoutMs: 10_000 });
      if (answer.status === 200 || answer.status === 204) return;
      const declared = answer.status === 400 && /declarative/.test(JSON.stringify(answer.body ?? {}));
      throw new BootstrapRefused(what, answer.status, declared ? declaredAudit(filePath) : '');
    },
  };
}

interface AuditDevice {
  type?: string;
  options?: { file_path?: string };
}

/** OpenBao switches no audit device on by its API: a token must not choose the files that the server writes. */
function declaredAudit(filePath: string): string {
  return `OpenBao accepts audit devices only in its configuration; everything else is done. Add this to the configuration, restart OpenBao, then run bootstrap again:
  audit "file" "broker-file" {
    options {
      file_path = ${JSON.stringify(filePath)}
      mode      = "0600"
    }
  }`;
}

/** The body, or null where nothing is there yet. */
// biome-ignore lint/suspicious/noExplicitAny: Vault's bodies are looked at field by field
async function read(client: VaultClient, what: string, path: string): Promise<any> {
  const answer = await client.request('GET', path);
  if (answer.status === 200) return answer.body;
  // 400: a KV v2 mount that is still being made answers so; writing waits for it.
  if (answer.status === 404 || answer.status === 400) return null;
  throw new BootstrapRefused(what, answer.status);
}

async function write(client: VaultClient, what: string, path: string, body: object): Promise<void> {
  const answer = await client.request('POST', path, body, { timeoutMs: 10_000 });
  if (answer.status !== 200 && answer.status !== 204) throw new BootstrapRefused(what, answer.status);
}

/** A fresh KV v2 mount answers 400 for a moment while Vault prepares it. */
async function writeWhenUpgraded(
  client: VaultClient,
  what: string,
  path: string,
  body: object,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await client.request('POST', path, body);
    if (answer.status === 200 || answer.status === 204) return;
    if (answer.status !== 400 || attempt === 40) throw new BootstrapRefused(what, answer.status);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
