/** `service → what stands in front → what came of it`, as the suite prints it. */
export class GatewayTable {
  readonly #rows = new Map<string, Map<string, string[]>>();

  note(service: string, behaviour: string, what: string): void {
    const row = this.#rows.get(service) ?? new Map<string, string[]>();
    this.#rows.set(service, row);
    row.set(behaviour, [...(row.get(behaviour) ?? []), what]);
  }

  cell(service: string, behaviour: string): string {
    return (this.#rows.get(service)?.get(behaviour) ?? []).join(' · ');
  }

  print(): void {
    for (const [service, row] of this.#rows) {
      console.log(`\n  ${service}`);
      for (const [behaviour, what] of row) console.log(`    ${behaviour.padEnd(20)} ${what.join(' · ')}`);
    }
  }
}
