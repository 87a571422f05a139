import { Button } from '@mantine/core';
import { listAudit } from '../client/audit.js';
import type { AuditPage, AuditSearch } from '../client/contract.js';
import { saveFile } from '../parts/saveFile.js';
import { toast } from '../parts/toasts.js';
import { useAct } from '../parts/useAct.js';
import { toCsv, toJsonLines } from './exported.js';

const PAGE = 200;
/** What a browser holds at once without trouble. */
const MOST = 50_000;

async function everything(search: AuditSearch): Promise<AuditPage['items']> {
  const items: AuditPage['items'] = [];
  let cursor: string | null = null;
  do {
    const page: AuditPage = await listAudit({ ...search, limit: PAGE, ...(cursor !== null && { cursor }) });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < MOST);
  if (cursor !== null)
    toast(`The file has the newest ${MOST} rows. Narrow the filters for the rest.`, { tone: 'failed' });
  return items;
}

/** Downloads all rows that match the filters. */
export function ExportButtons({ search }: { search: AuditSearch }) {
  const { busy, act } = useAct();
  const button = (
    label: string,
    name: string,
    type: string,
    write: (items: AuditPage['items']) => string,
  ) => (
    <Button
      variant="default"
      loading={busy === label}
      onClick={() => void act(label, async () => saveFile(write(await everything(search)), name, type))}
    >
      {label}
    </Button>
  );
  return (
    <>
      {button('Export JSON Lines', 'audit.jsonl', 'application/jsonl', toJsonLines)}
      {button('Export CSV', 'audit.csv', 'text/csv', toCsv)}
    </>
  );
}
