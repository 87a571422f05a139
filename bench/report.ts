import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../local/files/paths.js';

export interface Bar {
  what: string;
  seen: number;
  /** `at most` or `at least`. */
  rule: 'at most' | 'at least';
  limit: number;
  unit: string;
}

export interface Report {
  name: string;
  /** Printed as a table, one object a line. */
  rows: Record<string, string | number>[];
  bars: Bar[];
  notes: string[];
}

const out = (line = '') => void process.stdout.write(`${line}\n`);

/** The machine as far as it bears on the figures. */
export function machine(): { cores: number; processor: string; node: string; loadBefore: string } {
  const load = loadavg()[0] ?? 0;
  const processor = cpus()[0]?.model ?? 'unknown';
  return { cores: availableParallelism(), processor, node: process.version, loadBefore: load.toFixed(2) };
}

/** Prints the table and the bars, and keeps both under `bench/results/`. True when every bar is held. */
export function publish(report: Report, on: ReturnType<typeof machine>): boolean {
  out();
  out(
    `${report.name}: ${on.cores} cores (${on.processor}), Node ${on.node}, load before the run ${on.loadBefore}`,
  );
  out();
  printTable(report.rows);
  out();
  for (const bar of report.bars) {
    const { what, seen, rule, limit, unit } = bar;
    out(
      `${holds(bar) ? 'holds ' : 'MISSED'}  ${what}: ${Number.isInteger(seen) ? seen : seen.toFixed(2)}${unit} (${rule} ${limit}${unit})`,
    );
  }
  for (const note of report.notes) out(`        ${note}`);
  const folder = join(packageRoot(), 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${report.name}.json`);
  const kept = { ...report, bars: report.bars.map((bar) => ({ ...bar, holds: holds(bar) })) };
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine: on, ...kept }, null, 2)}\n`);
  return report.bars.every(holds);
}

function holds({ seen, rule, limit }: Bar): boolean {
  return rule === 'at most' ? seen <= limit : seen >= limit;
}

function printTable(rows: Record<string, string | number>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name]).length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  out(line(names));
  out(line(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) out(line(names.map((name) => String(row[name]))));
}
