const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The report that is compared with; none unless the address names one. */
export function readReportSearch(search: Record<string, unknown>): { with?: string } {
  const other = search['with'];
  return typeof other === 'string' && UUID.test(other) ? { with: other } : {};
}
