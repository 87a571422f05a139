import { Counter, Gauge, type Registry } from 'prom-client';

/** One metric, read at each scrape. It is a counter if its name ends in `_total`. */
export interface Metric {
  name: string;
  help: string;
  /** The name of its one label, if it has one. */
  label?: string;
  /** A number, or a number for each value of the label. Undefined while it can't be read: NaN, or no values. */
  read(): Read | Promise<Read>;
}

type Read = number | Iterable<readonly [string, number]> | undefined;

export function addMetrics(registry: Registry, metrics: readonly Metric[]): void {
  for (const { name, help, label, read } of metrics) {
    const settings = { name, help, labelNames: label === undefined ? [] : [label], registers: [registry] };
    const record = (metric: Recorder, seen: Read): void => {
      metric.reset();
      if (label !== undefined)
        for (const [value, count] of pairs(seen)) metric.add({ [label]: value }, count);
      else metric.add({}, typeof seen === 'number' ? seen : Number.NaN);
    };
    if (name.endsWith('_total'))
      new Counter({
        ...settings,
        async collect() {
          record(
            { reset: () => this.reset(), add: (labels, count) => this.inc(labels, count) },
            await read(),
          );
        },
      });
    else
      new Gauge({
        ...settings,
        async collect() {
          record(
            { reset: () => this.reset(), add: (labels, count) => this.set(labels, count) },
            await read(),
          );
        },
      });
  }
}

interface Recorder {
  reset(): void;
  add(labels: Record<string, string>, count: number): void;
}

const pairs = (seen: Read) => (typeof seen === 'object' ? seen : []);
