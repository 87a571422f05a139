# One node. For three, give each its own node_id and addresses, and a retry_join block for each of the others.
ui            = true
disable_mlock = true
api_addr      = "https://vault:8200"
cluster_addr  = "https://vault:8201"

listener "tcp" {
  address         = "0.0.0.0:8200"
  tls_cert_file   = "/run/secrets/vault.crt"
  tls_key_file    = "/run/secrets/vault.key"
  tls_min_version = "tls12"
}

storage "raft" {
  path    = "/vault/file"
  node_id = "vault-1"
}
