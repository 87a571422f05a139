# What the Vault token of a person who proves a password may do: end itself. The broker does that at once.

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
