# The destroyer: removes credentials that were deleted 30 days ago, for good. It reads nothing, lists nothing and writes
# nothing; besides it may ask for the keys of its own audit rows. Vault can't limit this right to deleted ones, so keep its secret id on the one process that uses
# it (`glassdome-broker destroyer`), away from the API and the workers.

path "glassdome-credentials/metadata/+/+" {
  capabilities = ["delete"]
}

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
path "auth/approle/role/broker-destroyer/secret-id/lookup" {
  capabilities = ["update"]
}
