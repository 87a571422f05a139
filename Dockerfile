# The broker: api, worker, migrate, bootstrap, reconcile and create-admin are commands of the one image.
# `deploy/pin-images.sh` writes the digest of the image here; another base comes by --build-arg.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Exactly what the lock file names, each by its hash. Packages run no install scripts: nothing here needs one.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY migrations migrations
RUN npx tsc -p tsconfig.json && npm run build:web
# Optional: the compiler, which a library asks for where it is there.
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production BROKER_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/migrations dist/migrations
COPY --from=build /app/dist/web dist/web
COPY vault-policies vault-policies
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
# Nothing is written at run time: run it with a read-only root.
USER 10001:10001
EXPOSE 8400
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "deploy/healthcheck.mjs"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["api"]
