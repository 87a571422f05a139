# For the one run that prepares a Vault (`glassdome-broker bootstrap`). It writes policies and roles named `broker-*`,
# so whoever holds it can make himself any of them: give it to a token that lives minutes, e.g.
#   vault policy write broker-bootstrap bootstrap.hcl
#   vault token create -policy=broker-bootstrap -no-default-policy -ttl=15m
# and revoke that token afterwards. Nothing of the broker needs it, or root, later.

path "sys/mounts" {
  capabilities = ["read"]
}
path "sys/mounts/glassdome-credentials" {
  capabilities = ["create", "update"]
}
path "sys/mounts/transit" {
  capabilities = ["create", "update"]
}
path "sys/auth" {
  capabilities = ["read"]
}
path "sys/auth/approle" {
  capabilities = ["create", "update", "sudo"]
}
path "sys/auth/userpass" {
  capabilities = ["create", "update", "sudo"]
}
path "sys/mounts/auth/userpass/tune" {
  capabilities = ["read", "update"]
}

path "glassdome-credentials/config" {
  capabilities = ["create", "read", "update"]
}
path "transit/keys/broker-seal" {
  capabilities = ["create", "read", "update"]
}
path "transit/keys/broker-audit" {
  capabilities = ["create", "read", "update"]
}
path "transit/keys/broker-tokens" {
  capabilities = ["create", "read", "update"]
}
path "transit/keys/broker-fingerprint" {
  capabilities = ["create", "read", "update"]
}
path "transit/keys/broker-audit-rows" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/broker-*" {
  capabilities = ["create", "read", "update"]
}
# The roles, their ids and their secret ids; those of other applications stay out of reach.
path "auth/approle/role/broker-*" {
  capabilities = ["create", "read", "update"]
}

# Only for the file audit device, where one is asked for.
path "sys/audit" {
  capabilities = ["read", "sudo"]
}
path "sys/audit/broker-file" {
  capabilities = ["create", "update", "sudo"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
