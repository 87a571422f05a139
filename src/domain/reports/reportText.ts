import { HEALTHS } from '../credentials/credential.js';
import { moment } from '../text/moment.js';
import { credentialsOf, REPORT_LISTS } from './report.js';
import { MOST_SHOWN, restWords, type ShownReport, TITLES, titleOf, userOf, wordsOf } from './reportWords.js';

/** The same reports as text alone, for mail readers that show no page. */
export function reportText(reports: readonly ShownReport[], above: readonly string[] = []): string {
  const foot = 'Created by the Glassdome credential broker.';
  return `${[...above, ...reports.map(oneText), foot].join('\n\n')}\n`;
}

function oneText(report: ShownReport): string {
  const { body, from, to } = report;
  const { totals, lists } = body;
  const sections = REPORT_LISTS.filter((list) => lists[list].count > 0).flatMap((list) => {
    const { count, lines } = lists[list];
    const rest = restWords(lists[list]);
    const words = lines
      .slice(0, MOST_SHOWN)
      .map(
        (one) =>
          `- ${one.name} (${one.service_type}, ${one.owner}): ${[userOf(one), wordsOf(list, one, to)].filter(Boolean).join(': ')}${one.new === true ? ' [new]' : ''}`,
      );
    return ['', `${TITLES[list]} (${count})`, ...words, ...(rest === '' ? [] : [`  ${rest}`])];
  });
  return [
    titleOf(report),
    `${moment(from)} to ${moment(to)}`,
    '',
    `${credentialsOf(totals.credentials)}, ${totals.broken} of them not working: ${HEALTHS.map((health) => `${totals.by_health[health]} ${health}`).join(', ')}.`,
    `${totals.tests_ok} of ${totals.tests} tests succeeded. Used ${totals.uses} times, ${totals.uses_failed} of them failed.`,
    ...sections,
  ].join('\n');
}
