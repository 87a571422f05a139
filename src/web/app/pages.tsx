import type { ComponentType } from 'react';
import { ListIcon } from './icons.js';

interface PageLink {
  to: '/credentials';
  label: string;
  /** Two keys in a row. */
  keys: string;
  Icon: ComponentType;
}

/** The pages of the navigation, in its order. */
export const PAGES: readonly PageLink[] = [
  { to: '/credentials', label: 'Credentials', keys: 'g l', Icon: ListIcon },
];
