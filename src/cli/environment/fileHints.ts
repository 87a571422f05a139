/** Variables that name a file with a secret in it: the file is what has to be stored. */
const FILES: Readonly<Record<string, string>> = {
  GOOGLE_APPLICATION_CREDENTIALS: 'credentials add google_cloud --service-account-json @<file>',
  CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: 'credentials add google_cloud --service-account-json @<file>',
  KUBECONFIG: 'credentials add kubernetes --auth-method kubeconfig --kubeconfig @<file>',
  AWS_PROFILE: 'credentials add aws --access-key-id <id> --secret-access-key @<file>',
  AWS_SHARED_CREDENTIALS_FILE: 'credentials add aws --access-key-id <id> --secret-access-key @<file>',
  AZURE_CLIENT_CERTIFICATE_PATH: 'credentials add azure --client-cert-pem @<file> --client-key-pem @<file>',
  DOCKER_CERT_PATH: 'credentials add docker_swarm --client-cert-pem @<file> --client-key-pem @<file>',
};

/** One line for each of those among the variables of a `.env`. */
export function fileHints(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const command = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    return command === undefined
      ? []
      : [
          `${name} points to a file that contains the secret. Store the content of the file: glassdome ${command}`,
        ];
  });
}
