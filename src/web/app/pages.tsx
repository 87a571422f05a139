import type { ComponentType } from 'react';
import {
  AuditIcon,
  BellIcon,
  ListIcon,
  OffersIcon,
  OverviewIcon,
  PeopleIcon,
  ReportIcon,
  SettingsIcon,
} from './icons.js';

interface PageLink {
  to:
    | '/overview'
    | '/credentials'
    | '/offers'
    | '/people'
    | '/notifications'
    | '/reports'
    | '/audit'
    | '/settings';
  label: string;
  /** Two keys in a row. */
  keys: string;
  Icon: ComponentType;
}

/** The pages of the navigation, in its order. */
export const PAGES: readonly PageLink[] = [
  { to: '/overview', label: 'Overview', keys: 'g o', Icon: OverviewIcon },
  { to: '/credentials', label: 'Credentials', keys: 'g l', Icon: ListIcon },
  { to: '/offers', label: 'Offers', keys: 'g f', Icon: OffersIcon },
  { to: '/people', label: 'Teams & access', keys: 'g t', Icon: PeopleIcon },
  { to: '/notifications', label: 'Notifications', keys: 'g n', Icon: BellIcon },
  { to: '/reports', label: 'Reports', keys: 'g r', Icon: ReportIcon },
  { to: '/audit', label: 'Audit', keys: 'g a', Icon: AuditIcon },
  { to: '/settings', label: 'Settings', keys: 'g s', Icon: SettingsIcon },
];
