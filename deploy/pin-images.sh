#!/bin/sh
# Writes the digests of the base images into Dockerfile and docker-compose.yml, in place; commit what it changes.
# Needs docker with buildx and a registry that answers. `--check` changes nothing and fails while one is not pinned.
#   deploy/pin-images.sh [--check]
set -eu
cd "$(dirname "$0")/.."
files="Dockerfile docker-compose.yml"
status=0
for image in node:22-bookworm-slim hashicorp/vault:1.21 postgres:18-bookworm; do
  # shellcheck disable=SC2086
  found=$(grep -hoE "$image(@sha256:[0-9a-f]{64})?" $files | sort -u)
  if [ "${1:-}" = --check ]; then
    if printf '%s\n' "$found" | grep -qvE '@sha256:'; then
      echo "not pinned: $image" >&2
      status=1
    fi
    continue
  fi
  digest=$(docker buildx imagetools inspect "$image" --format '{{json .Manifest.Digest}}' | tr -d '"')
  if ! printf '%s' "$digest" | grep -qE '^sha256:[0-9a-f]{64}$'; then
    echo "no digest for $image: nothing is written for it" >&2
    status=1
    continue
  fi
  # shellcheck disable=SC2086
  sed -i -E "s#$image(@sha256:[0-9a-f]{64})?#$image@$digest#g" $files
  echo "$image@$digest"
done
exit $status
