import type { z } from 'zod';
import type * as answers from '../../api/answers.js';
import type * as audit from '../../api/audit.js';
import type * as credentials from '../../api/credentials.js';
import type * as imports from '../../api/imports.js';
import type * as lists from '../../api/lists/credentialList.js';
import type * as people from '../../api/peopleAnswers.js';
import type { problemAnswer } from '../../api/problem.js';
import type * as tests from '../../api/tests.js';
import type * as values from '../../api/valueAnswers.js';

/** Types of the public contract, from the schemas that the server validates with. */
export type Problem = z.output<typeof problemAnswer>;
export type ListedCredential = z.output<typeof lists.listedCredential>;
export type CredentialPage = z.output<typeof lists.credentialPage>;
export type SeenCredential = z.output<typeof answers.seenCredential>;
export type Template = z.output<typeof answers.templateAnswer>;
export type TemplateList = z.output<typeof answers.templateList>;
export type CreateCredential = z.input<typeof credentials.createCredentialBody>;
export type UpdateCredential = z.input<typeof credentials.updateCredentialBody>;
/** As it is sent: several values have commas between them. */
export type ListQuery = Omit<z.input<typeof lists.listCredentialsQuery>, 'limit'> & { limit?: number };
export type SavedCredential = z.output<typeof tests.savedCredential>;
export type TestResult = z.output<typeof tests.testAnswer>;
export type Session = z.output<typeof people.sessionAnswer>;
export type StoredTestResult = z.output<typeof tests.storedTestAnswer>;
export type IssuerList = z.output<typeof people.issuerList>;
export type OpenSessions = z.output<typeof people.sessionList>;
export type CliCode = z.output<typeof people.cliCodeAnswer>;
export type ImportEnv = z.input<typeof imports.importEnvBody>;
export type ImportAnswer = z.output<typeof imports.importAnswer>;
export type Secret = z.output<typeof values.secretAnswer>;
export type VersionList = z.output<typeof answers.versionList>;
export type UsagePage = z.output<typeof answers.usagePage>;
export type AuditPage = z.output<typeof answers.auditPage>;
export type AuditProof = z.output<typeof audit.auditProof>;
export type AuditSearch = Omit<z.input<typeof credentials.auditQuery>, 'limit' | 'cursor'>;
