import type { SuiteResult } from './runSuites.js';
import { kindOf } from './suites.js';

const SLOWEST = 15;

/** How long the suites took, what was skipped and why, and what failed. */
export function summary(results: readonly SuiteResult[]): string {
  const parts = [
    section(`The slowest ${Math.min(SLOWEST, results.length)} of ${results.length} suites`, slowest(results)),
    section('Seconds by kind', byKind(results)),
    section('Skipped', skipped(results)),
    section(
      'Failed',
      results.flatMap(({ failed }) => failed),
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const column = (seconds: number): string => `${seconds.toFixed(1).padStart(7)} s`;

function slowest(results: readonly SuiteResult[]): string[] {
  return [...results]
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, SLOWEST)
    .map(({ suite, seconds }) => `${column(seconds)}  ${suite.replace(/\.test\.js$/, '')}`);
}

function byKind(results: readonly SuiteResult[]): string[] {
  return [...new Set(results.map(({ suite }) => kindOf(suite)))].map((kind) => {
    const own = results.filter(({ suite }) => kindOf(suite) === kind);
    const sum = own.reduce((total, { seconds }) => total + seconds, 0);
    return `${column(sum)}  ${kind} (${own.length} suites)`;
  });
}

function skipped(results: readonly SuiteResult[]): string[] {
  const titles = new Map<string, string[]>();
  for (const { title, reason } of results.flatMap((result) => result.skipped))
    titles.set(reason, [...(titles.get(reason) ?? []), title]);
  return [...titles].flatMap(([reason, tests]) => [`${reason}:`, ...tests.map((title) => `  ${title}`)]);
}

/** The last line of every run. */
export function lastLine(results: readonly SuiteResult[]): string {
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed.length, 0);
  return `${passed} passed, ${failed} failed`;
}
