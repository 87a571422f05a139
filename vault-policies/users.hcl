# Sets the passwords of the people who log in to the broker. The parameters below keep this role from making a user who holds
# any Vault policy but `broker-login`, and from adding anything else to one. Vault can't limit it to users that the broker
# made: the broker reads a name first and refuses one that holds other policies, such as an operator's.

path "auth/userpass/users/+" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "password"                = []
    "token_policies"          = ["broker-login"]
    "token_no_default_policy" = [true]
    "token_ttl"               = ["60s"]
    "token_max_ttl"           = ["60s"]
  }
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
path "auth/approle/role/broker-users/secret-id/lookup" {
  capabilities = ["update"]
}
