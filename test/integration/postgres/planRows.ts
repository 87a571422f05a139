/** A step of a plan that Postgres carried out. */
interface Step {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Step[];
}

/** How many rows of a table the steps of a plan looked at. */
export function rowsOf(step: Step, table: string): number {
  const below = (step.Plans ?? []).reduce((sum, each) => sum + rowsOf(each, table), 0);
  // Partitions are named after their month.
  if (step['Relation Name']?.replace(/_\d{4}_\d{2}$/, '') !== table) return below;
  const removed = (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Index Recheck'] ?? 0);
  return below + (step['Actual Rows'] + removed) * step['Actual Loops'];
}
