import type { SqlValue } from './pools.js';

/** Conditions that all must contain, with their values numbered as they come. */
export interface WhereClause {
  /** Adds a value and gives its placeholder. */
  value(value: SqlValue): string;
  and(condition: string): void;
  /** All of them joined; `true` when there are none. */
  conditions(): string;
  /** The same as a clause, or nothing. */
  text(): string;
  values(): SqlValue[];
}

/** `first` are values that the statement already numbers from `$1`. */
export function whereClause(first: SqlValue[] = []): WhereClause {
  const values = [...first];
  const conditions: string[] = [];
  return {
    value: (value) => `$${values.push(value)}`,
    and: (condition) => void conditions.push(condition),
    conditions: () => (conditions.length === 0 ? 'true' : conditions.join(' and ')),
    text: () => (conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`),
    values: () => values,
  };
}
