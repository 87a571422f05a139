# For people who look after credentials in the Vault UI or CLI: find, read, edit, and take back versions.
# Not here: destroying versions or metadata, transit, users. Attach it to a person's own login, never to a service.

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
  capabilities = ["read"]
}
path "glassdome-credentials/data/+/+" {
  capabilities = ["read", "update", "patch", "delete"]
}
path "glassdome-credentials/delete/+/+" {
  capabilities = ["update"]
}
path "glassdome-credentials/undelete/+/+" {
  capabilities = ["update"]
}
path "glassdome-credentials/subkeys/+/+" {
  capabilities = ["read"]
}
