# The worker: reads credentials to test them, opens notification targets and moves them to the newest key, signs audit
# checkpoints. It writes no value, seals nothing of its own, signs no token. What must be listed and removed is the
# reconciler's, a login of its own.

path "glassdome-credentials/data/+/+" {
  capabilities = ["read"]
}
path "glassdome-credentials/metadata/+/+" {
  capabilities = ["read"]
}

path "transit/decrypt/broker-seal" {
  capabilities = ["update"]
}
path "transit/rewrap/broker-seal" {
  capabilities = ["update"]
}
path "transit/hmac/broker-fingerprint/sha2-256" {
  capabilities = ["update"]
}
path "transit/verify/broker-fingerprint/sha2-256" {
  capabilities = ["update"]
}
path "transit/sign/broker-audit" {
  capabilities = ["update"]
}
path "transit/verify/broker-audit" {
  capabilities = ["update"]
}
# Keys of the audit chains: rows are written and checked with them.
path "transit/hmac/broker-audit-rows/sha2-256" {
  capabilities = ["update"]
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
path "auth/approle/role/broker-worker/secret-id/lookup" {
  capabilities = ["update"]
}
