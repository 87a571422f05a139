import type { EnvLexicon } from './envFamily.js';
import type { ServiceType } from './serviceType.js';
import type { Template } from './template.js';

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
