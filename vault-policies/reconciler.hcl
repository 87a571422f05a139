# The reconciler: compares Vault with Postgres and finishes what a crash left. It removes nothing: that is the destroyer's.
# It reads versions to see whose they are; it writes none. Fingerprints are compared by the worker's login.

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
  capabilities = ["read", "update"]
}
# Here it notes how far Postgres was at its last run, so that it notices a restore.
path "glassdome-credentials/metadata/broker/reconciled" {
  capabilities = ["create", "read", "update"]
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
# When its own secret id ends, so that people are warned in time. It must be shown to be looked up.
path "auth/approle/role/broker-reconciler/secret-id/lookup" {
  capabilities = ["update"]
}
