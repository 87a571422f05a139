/** One form in which services write their secrets. */
export interface SecretForm {
  /** As a message names it: `an API key of OpenAI`. */
  what: string;
  pattern: RegExp;
}

/** A key begins here, not inside a longer word. */
const START = '(?<![A-Za-z0-9_-])';
const form = (what: string, pattern: string): SecretForm => ({ what, pattern: new RegExp(START + pattern) });

/** Texts that begin as a vendor documents it. Each stops at a bounded length, so that none takes long. */
export const KNOWN_KEYS: readonly SecretForm[] = [
  form('an Anthropic key', 'sk-ant-[A-Za-z0-9_-]{8}'),
  form('an API key', 'sk-(?:proj|svcacct|admin|or-v1|lf)-[A-Za-z0-9_-]{8}'),
  form('an API key', 'sk-(?=[A-Za-z0-9_-]*\\d)[A-Za-z0-9_-]{16}'),
  form('a GitHub token', '(?:gh[opsur]_[A-Za-z0-9]{16}|github_pat_[A-Za-z0-9_]{16})'),
  form('a GitLab token', 'gl(?:pat|dt|rt|rtr|ptt|cbt|imt|agent|oas|soat|ffct|ft)-[A-Za-z0-9_.-]{16}'),
  form('a Slack token', '(?:xox[a-z]|xapp|xwfp)-(?=[A-Za-z0-9.-]*\\d)[A-Za-z0-9.-]{10}'),
  form('a Google key', '(?:AIza[A-Za-z0-9_-]{30}|GOCSPX-[A-Za-z0-9_-]{16}|ya29\\.[A-Za-z0-9_-]{16})'),
  form('a LangSmith key', '(?:lsv2_(?:pt|sk)_[A-Za-z0-9]{16}|ls__[a-f0-9]{20})'),
  form(
    'a Vault token',
    '(?:hv[sbr]\\.[A-Za-z0-9_-]{16}|s\\.(?=[A-Za-z0-9]*\\d)(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{24})',
  ),
  form('a Grafana token', '(?:glsa_[A-Za-z0-9]{16}|glc_[A-Za-z0-9+/=]{16}|eyJrIjoi[A-Za-z0-9+/=]{16})'),
  form('a Proxmox token', '(?:PVEAPIToken|PBSAPIToken)=[^\\s=]+[=:]\\S'),
  form('a Proxmox token', '[^\\s!=:]{1,64}@[A-Za-z][\\w.-]{1,31}![\\w.-]{1,64}=[0-9a-f]{8}-[0-9a-f]{4}-'),
  form('a JSON Web Token', 'eyJ[A-Za-z0-9_-]{8,4096}\\.[A-Za-z0-9_-]{8,8192}\\.'),
  form('a Stripe key', '(?:[sr]k_(?:live|test)_[A-Za-z0-9]{10}|whsec_[A-Za-z0-9+/=]{16})'),
  form(
    'a package registry token',
    '(?:npm_[A-Za-z0-9]{30}|pypi-AgE[A-Za-z0-9_-]{16}|dckr_pat_[A-Za-z0-9_-]{16}|rubygems_[a-f0-9]{32})',
  ),
  form(
    'a cloud provider token',
    '(?:do[por]_v1_[a-f0-9]{32}|dapi[a-f0-9]{32}|tskey-[a-z]+-[A-Za-z0-9]{8}|hf_[A-Za-z0-9]{30}|SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16})',
  ),
  form(
    'an API key',
    '(?:xai-[A-Za-z0-9]{20}|gsk_[A-Za-z0-9]{20}|pplx-[A-Za-z0-9]{20}|r8_[A-Za-z0-9]{20}|shp(?:at|ca|pa|ss)_[a-f0-9]{16}|NRAK-[A-Z0-9]{20}|PMAK-[a-f0-9]{20}|lin_api_[A-Za-z0-9]{20}|figd_[A-Za-z0-9_-]{20}|sbp_[a-f0-9]{20}|AT(?:ATT|CTT)3[A-Za-z0-9_=-]{20})',
  ),
  form('an age key', 'AGE-SECRET-KEY-1[A-Z0-9]{20}'),
  form('an Entra ID client secret', '[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31}'),
  form('a Telegram token', '\\d{8,10}:AA[A-Za-z0-9_-]{30}'),
  form('a token of this broker', 'gdr_[0-9a-f-]{36}_'),
];

/** Private keys by their heading, also in base64 and as bare DER. */
export const PRIVATE_KEYS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/,
  /PuTTY-User-Key-File-\d/,
  // base64 of "-----BEGIN PRIVATE", "… RSA P", "… EC P", "… OPENSSH", "… ENCRYPTED", "… DSA P", "… PGP PRI"
  /LS0tLS1CRUdJTiB(?:QUklWQVRF|SU0EgUF|FQyBQ|PUEVOU1NI|FTkNSWVBURU|EU0EgUF|QR1AgUFJJ)/,
  // PKCS #1 and PKCS #8 (RSA; elliptic curves)
  /MII[A-Za-z0-9+/]{2,4}IBAAK[BC]/,
  /MI[IGHC][A-Za-z0-9+/]{0,4}(?:BADANBgkqhkiG9w0BAQEFAAS|AgEAMB[AMQ]|BAgEAMB[AMQ])/,
];

/** The private member of a JSON Web Key. */
export const JWK_PRIVATE = /"d"\s{0,9}:\s{0,9}"[A-Za-z0-9_-]{16}/;

/** Addresses whose very path lets anybody in. */
export const SECRET_ADDRESSES: readonly SecretForm[] = [
  {
    what: 'a webhook URL',
    pattern: /hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/\w/i,
  },
  {
    what: 'a webhook URL',
    pattern: /(?:webhook\.office\.com\/webhookb2|outlook\.office(?:365)?\.com\/webhook)\/\w/i,
  },
  { what: 'a webhook URL', pattern: /discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d+\/\w/i },
  {
    what: 'a webhook URL',
    pattern:
      /(?:hooks\.zapier\.com\/hooks\/catch|maker\.ifttt\.com\/trigger|events\.pagerduty\.com\/integration|hooks\.glip\.com\/webhook)\/\w/i,
  },
  { what: 'a webhook URL', pattern: /logic\.azure\.(?:com|us|cn)[^\s]{0,512}\bsig=/i },
  { what: 'a token in a URL', pattern: /api\.telegram\.org\/(?:file\/)?bot\d+:/i },
];
