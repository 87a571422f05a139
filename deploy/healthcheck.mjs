// Is the API of this container, or with the word `worker` its worker, ready? It is asked at the address that it listens on, with its own CA.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const { BROKER_PORT = '8400', WORKER_PORT, TLS_CERT_FILE, HEALTHCHECK_CA_FILE } = process.env;
const port = process.argv[2] === 'worker' ? WORKER_PORT : BROKER_PORT;
const secure = TLS_CERT_FILE !== undefined;
const ca = HEALTHCHECK_CA_FILE === undefined ? {} : { ca: readFileSync(HEALTHCHECK_CA_FILE) };
const url = `${secure ? 'https' : 'http'}://localhost:${port}/readyz`;
(secure ? https : http)
  .get(url, { ...ca, timeout: 3000, agent: false }, (answer) =>
    process.exit(answer.statusCode === 200 ? 0 : 1),
  )
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
