import type { ServiceType } from '../credentials/serviceType.js';
import type { Template } from '../credentials/template.js';
import type { EnvLexicon } from './envFamily.js';

/** A known variable that belongs to no credential. */
export interface PlainVariable {
  class: 'bootstrap' | 'connection_string' | 'setting';
  secret: boolean;
}

/** All that an import knows of variables; `connectors/envNames.ts` puts it together. */
export interface EnvVocabulary {
  meaningOf: EnvLexicon;
  /** By upper-case name. */
  plain: ReadonlyMap<string, PlainVariable>;
  templateOf(serviceType: ServiceType): Template | undefined;
}
