export interface Page<T> {
  items: T[];
  /** Opaque; undefined on the last page. */
  nextCursor?: string;
}

export interface PageRequest {
  limit: number;
  cursor?: string;
}
