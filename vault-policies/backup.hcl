# For whatever takes snapshots of Vault (`vault operator raft snapshot save`), and nothing else: it restores none and reads no
# value. A snapshot is sealed by Vault's own keys. Give it to a short-lived token for each backup, e.g.
#   vault token create -policy=broker-backup -no-default-policy -ttl=15m
# or to an AppRole role of the program that makes backups.

path "sys/storage/raft/snapshot" {
  capabilities = ["read"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
