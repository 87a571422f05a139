#!/usr/bin/env bash
# Makes what docker-compose.yml needs and no image brings: a private CA, certificates for Vault, Postgres, the API and
# the two database roles, and the password of the database's superuser. What is there already stays as it is, so run it
# again to add what is missing; remove a .crt (and its .key) to have it made anew.
#
#   deploy/make-secrets.sh [folder] [more names of the API ...]
#   deploy/make-secrets.sh secrets broker.lab.example 192.0.2.7
#
# The folder is closed to all but its owner; the files in it can be read by the containers, whose users differ.
# Keep ca.key somewhere else (offline) once everything runs.
set -euo pipefail

folder=${1:-secrets}
shift || true
ca_days=3650
days=397

command -v openssl >/dev/null || { echo "openssl is needed" >&2; exit 1; }
umask 077
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -s ca.crt ]; then
  new_key ca.key
  openssl req -x509 -new -key ca.key -sha256 -days "$ca_days" -out ca.crt -subj "/CN=Glassdome broker private CA" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
  echo "made ca.crt"
fi

# issue <file> <common name> <serverAuth|clientAuth> [subjectAltName]
issue() {
  local file=$1 name=$2 usage=$3 alt=${4:-}
  if [ -s "$file.crt" ] && [ -s "$file.key" ]; then return; fi
  if [ ! -s ca.key ]; then echo "$file.crt has to be signed: put ca.key back for that" >&2; exit 1; fi
  new_key "$file.key"
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$usage"
    if [ -n "$alt" ]; then echo "subjectAltName=$alt"; fi
  } >"$file.ext"
  openssl req -new -key "$file.key" -subj "/CN=$name" |
    openssl x509 -req -sha256 -days "$days" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile "$file.ext" -out "$file.crt"
  rm "$file.ext"
  echo "made $file.crt, valid for $days days"
}

api_names="DNS:broker,DNS:api,DNS:worker,DNS:localhost,IP:127.0.0.1"
for name in "$@"; do
  case $name in
    *[!0-9.]*) api_names+=",DNS:$name" ;;
    *) api_names+=",IP:$name" ;;
  esac
done

issue vault vault serverAuth "DNS:vault,DNS:localhost,IP:127.0.0.1"
issue postgres postgres serverAuth "DNS:postgres,DNS:localhost"
issue broker broker serverAuth "$api_names"
issue broker_owner broker_owner clientAuth
issue broker_app broker_app clientAuth

if [ ! -s postgres.password ]; then
  openssl rand -hex 32 >postgres.password
  echo "made postgres.password"
fi

# Filled in later with the role ids that `bootstrap` prints; compose reads it before any of them is known.
touch broker.env

# The containers' users differ from ours; the folder itself stays closed.
chmod 644 ./*.crt ./*.key postgres.password
if [ -e ca.key ]; then chmod 600 ca.key; fi
