# The broker's API: reads and writes credentials, seals, signs and fingerprints. It removes nothing.
# Paths are written for the default mounts; `bootstrap` puts the configured ones in their place.

path "glassdome-credentials/data/+/+" {
  capabilities = ["create", "read", "update"]
}
# custom_metadata for people in the Vault UI, and max_versions before a write that would prune a live version. KV v2 can't keep
# this right from `delete_version_after`, which lets Vault delete later versions: the broker looks before each write and at
# each reconciliation, takes it away and reports it.
path "glassdome-credentials/metadata/+/+" {
  capabilities = ["read", "update"]
}

path "transit/hmac/broker-fingerprint/sha2-256" {
  capabilities = ["update"]
}
path "transit/verify/broker-fingerprint/sha2-256" {
  capabilities = ["update"]
}
path "transit/encrypt/broker-seal" {
  capabilities = ["update"]
}
path "transit/decrypt/broker-seal" {
  capabilities = ["update"]
}
# Rewrapping and signing checkpoints are the worker's; `all` does them with this login.
path "transit/rewrap/broker-seal" {
  capabilities = ["update"]
}
path "transit/sign/broker-tokens/sha2-256" {
  capabilities = ["update"]
}
path "transit/keys/broker-tokens" {
  capabilities = ["read"]
}
path "transit/sign/broker-audit" {
  capabilities = ["update"]
}
path "transit/verify/broker-audit" {
  capabilities = ["update"]
}
# The public key, for those who verify an export of the audit elsewhere.
path "transit/keys/broker-audit" {
  capabilities = ["read"]
}
# Keys of the audit chains: rows are written and checked with them.
path "transit/hmac/broker-audit-rows/sha2-256" {
  capabilities = ["update"]
}

# Glassdome's own mount: the one key that its tokens are signed with, and nothing else.
path "glassdome/data/auth/jwt_secret" {
  capabilities = ["read"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
# When its own secret id ends, so that people are warned in time. It must be shown to be looked up.
path "auth/approle/role/broker-api/secret-id/lookup" {
  capabilities = ["update"]
}
