import {
  REPORT_LISTS,
  type Report,
  type ReportLine,
  type ReportList,
} from '../../../domain/reports/report.js';
import type { Query } from '../core/pools.js';
import { insertRecord } from '../core/values.js';

/** Lines of each list that are in the row of the report itself. */
const IN_ROW = 20;
/** Lines a row of `report_lines`, so that no statement takes long, however long a list is. */
const A_PART = 1_000;

const PARTS = 'select lines from broker.report_lines where report = $1 and list = $2 order by part';

/** The report as its row holds it: each list with its first lines alone. */
export function rowOf(body: Report): Report {
  return withLines(body, (list) => body.lists[list].lines.slice(0, IN_ROW));
}

/** Keeps the lines that the row of the report has no room for. */
export async function insertLines(query: Query, report: string, body: Report): Promise<void> {
  for (const list of REPORT_LISTS) {
    const { lines } = body.lists[list];
    for (let from = IN_ROW, part = 0; from < lines.length; from += A_PART, part += 1)
      await insertRecord(query, 'report_lines', {
        report,
        list,
        part,
        lines: JSON.stringify(lines.slice(from, from + A_PART)),
      });
  }
}

/** The report with all lines that were kept, from its row. */
export async function allLines(query: Query, report: string, body: Report): Promise<Report> {
  const rest = new Map<ReportList, ReportLine[]>();
  for (const list of REPORT_LISTS) {
    if (body.lists[list].lines.length >= body.lists[list].count) continue;
    const parts = await query<{ lines: ReportLine[] }>({ text: PARTS, values: [report, list] });
    rest.set(
      list,
      parts.flatMap(({ lines }) => lines),
    );
  }
  return withLines(body, (list) => [...body.lists[list].lines, ...(rest.get(list) ?? [])]);
}

function withLines(body: Report, of: (list: ReportList) => ReportLine[]): Report {
  const lists = REPORT_LISTS.map((list) => [list, { ...body.lists[list], lines: of(list) }]);
  return { ...body, lists: Object.fromEntries(lists) as Report['lists'] };
}
