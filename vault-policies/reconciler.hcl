# The reconciler: compares Vault with Postgres, finishes what a crash left, and removes what was deleted 30 days ago.
# It reads versions to tell whose they are; it writes none. Fingerprints are compared by the worker's login.

path "glassdome-credentials/metadata" {
  capabilities = ["list"]
}
path "glassdome-credentials/metadata/" {
  capabilities = ["list"]
}
path "glassdome-credentials/metadata/+/" {
  capabilities = ["list"]
}
path "glassdome-credentials/metadata/+/+" {
  capabilities = ["read", "update", "delete"]
}
path "glassdome-credentials/data/+/+" {
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
