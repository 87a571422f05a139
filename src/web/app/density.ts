/** How high a row of a list is. Remembered in this browser. */
export const DENSITIES = { comfortable: '44px', compact: '34px' } as const;
export type Density = keyof typeof DENSITIES;

const KEY = 'glassdome-density';

export const currentDensity = (): Density =>
  localStorage.getItem(KEY) === 'compact' ? 'compact' : 'comfortable';

function apply(): void {
  document.documentElement.style.setProperty('--row-height', DENSITIES[currentDensity()]);
}

export function setDensity(density: Density): void {
  localStorage.setItem(KEY, density);
  apply();
}

apply();
