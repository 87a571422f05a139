# Manages the people who log in to the broker by password. Only passwords: the parameters below keep this role from
# making a user who holds any Vault policy but `broker-login`.

path "auth/userpass/users/+" {
  capabilities = ["create", "read", "update", "delete"]
  allowed_parameters = {
    "password"                = []
    "token_policies"          = ["broker-login"]
    "token_no_default_policy" = [true]
    "token_ttl"               = ["60s"]
    "token_max_ttl"           = ["60s"]
  }
}
path "auth/userpass/users/+/password" {
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
# When its own secret id ends, so that people are told in time. It must be shown to be looked up.
path "auth/approle/role/broker-users/secret-id/lookup" {
  capabilities = ["update"]
}
