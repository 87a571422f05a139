# The rotator: writes new versions of credentials that exist. It makes no new ones and destroys nothing.

path "glassdome-credentials/data/+/+" {
  capabilities = ["read", "update"]
}
# Raises max_versions before a write that would prune a version that is still in use.
path "glassdome-credentials/metadata/+/+" {
  capabilities = ["read", "update"]
}

path "transit/hmac/broker-fingerprint/sha2-256" {
  capabilities = ["update"]
}
path "transit/verify/broker-fingerprint/sha2-256" {
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
