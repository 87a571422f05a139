import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { readAuditSearch } from '../audit/auditSearch.js';
import { CredentialsPage } from '../credentials/CredentialsPage.js';
import { readDetailSearch } from '../credentials/detail/detailSearch.js';
import { readListSearch } from '../credentials/listSearch.js';
import { readNoticeSearch } from '../notifications/noticeSearch.js';
import { readOfferSearch } from '../offers/offerSearch.js';
import { Problem } from '../parts/Problem.js';
import { readPeopleSearch } from '../people/peopleSearch.js';
import { readReportSearch } from '../reports/reportSearch.js';
import { CliLoginPage, readCliSearch } from '../session/CliLoginPage.js';
import { Frame } from './Frame.js';
import { NoSuchPage } from './NoSuchPage.js';

const rootRoute = createRootRoute({
  component: Frame,
  notFoundComponent: NoSuchPage,
  errorComponent: ({ error, reset }) => <Problem error={error} onRetry={reset} />,
});

const home = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/credentials', search: {} });
  },
});

/** Where issuers send the browser when a sign-in fails. Who is signed in has no business there. */
const login = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  beforeLoad: () => {
    throw redirect({ to: '/credentials', search: {} });
  },
});

const cliLogin = createRoute({
  getParentRoute: () => rootRoute,
  path: '/cli-login',
  validateSearch: readCliSearch,
  component: CliLoginPage,
});

/** The list is part of the first load; every other page is loaded when it is opened. */
const credentials = createRoute({
  getParentRoute: () => rootRoute,
  path: '/credentials',
  validateSearch: readListSearch,
  component: CredentialsPage,
});

const overview = createRoute({
  getParentRoute: () => rootRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('../overview/OverviewPage.js'), 'OverviewPage'),
});

const offers = createRoute({
  getParentRoute: () => rootRoute,
  path: '/offers',
  validateSearch: readOfferSearch,
  component: lazyRouteComponent(() => import('../offers/OffersPage.js'), 'OffersPage'),
});

const people = createRoute({
  getParentRoute: () => rootRoute,
  path: '/people',
  validateSearch: readPeopleSearch,
  component: lazyRouteComponent(() => import('../people/PeoplePage.js'), 'PeoplePage'),
});

const notifications = createRoute({
  getParentRoute: () => rootRoute,
  path: '/notifications',
  validateSearch: readNoticeSearch,
  component: lazyRouteComponent(() => import('../notifications/NotificationsPage.js'), 'NotificationsPage'),
});

const reports = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reports',
  component: lazyRouteComponent(() => import('../reports/ReportsPage.js'), 'ReportsPage'),
});

const report = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reports/$id',
  validateSearch: readReportSearch,
  component: lazyRouteComponent(() => import('../reports/ReportPage.js'), 'ReportPage'),
});

const newCredential = createRoute({
  getParentRoute: () => rootRoute,
  path: '/credentials/new',
  validateSearch: (search: Record<string, unknown>) =>
    typeof search['service'] === 'string' ? { service: search['service'] } : {},
  component: lazyRouteComponent(
    () => import('../credentials/form/NewCredentialPage.js'),
    'NewCredentialPage',
  ),
});

const credential = createRoute({
  getParentRoute: () => rootRoute,
  path: '/credentials/$id',
  validateSearch: readDetailSearch,
  component: lazyRouteComponent(() => import('../credentials/detail/CredentialPage.js'), 'CredentialPage'),
});

const editCredential = createRoute({
  getParentRoute: () => rootRoute,
  path: '/credentials/$id/edit',
  component: lazyRouteComponent(() => import('../credentials/edit/EditPage.js'), 'EditPage'),
});

const rotateCredential = createRoute({
  getParentRoute: () => rootRoute,
  path: '/credentials/$id/rotate',
  component: lazyRouteComponent(() => import('../credentials/rotate/RotatePage.js'), 'RotatePage'),
});

const importWizard = createRoute({
  getParentRoute: () => rootRoute,
  path: '/import',
  component: lazyRouteComponent(() => import('../imports/ImportPage.js'), 'ImportPage'),
});

const audit = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../audit/AuditPage.js'), 'AuditPage'),
});

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/SettingsPage.js'), 'SettingsPage'),
});

const start = [home, login, cliLogin] as const;
const routeTree = rootRoute.addChildren([
  ...start,
  overview,
  offers,
  people,
  notifications,
  reports,
  report,
  credentials,
  newCredential,
  credential,
  editCredential,
  rotateCredential,
  importWizard,
  audit,
  settings,
]);

export const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
