import { Anchor, Menu, UnstyledButton } from '@mantine/core';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { signOut, useSession } from '../session/SessionGate.js';
import { AttentionBadge } from './AttentionBadge.js';
import classes from './Frame.module.css';
import { KeyListDialog } from './KeyListDialog.js';
import { useKeys } from './keys.js';
import { PaletteButton } from './PaletteButton.js';
import { PAGES } from './pages.js';
import { ServerState } from './ServerState.js';

/** Header, navigation at the left (an icon rail, then a bottom bar, on narrow screens), and the page. */
export function Frame() {
  const navigate = useNavigate();
  const pages = PAGES.map(({ keys, label, to }) => ({
    keys,
    label: `Go to ${label}`,
    run: () => void navigate({ to, search: {} }),
  }));
  useKeys([...pages, { keys: 'g i', label: 'Import a .env', run: () => void navigate({ to: '/import' }) }]);
  return (
    <div className={classes['frame']}>
      <a className={classes['skip']} href="#page">
        Skip to the page
      </a>
      <header className={classes['header']}>
        <Anchor component={Link} to="/credentials" className={classes['brand'] ?? ''} underline="never">
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span>Glassdome Credentials</span>
        </Anchor>
        <PaletteButton />
        <KeyListDialog />
        <div className={classes['right']}>
          <ServerState />
          <UserMenu />
        </div>
      </header>
      <nav className={classes['nav']} aria-label="Pages">
        {PAGES.map(({ to, label, Icon }) => (
          <Link
            key={to}
            to={to}
            search={{}}
            className={classes['link']}
            activeProps={{ 'data-active': true, 'aria-current': 'page' }}
          >
            <Icon />
            <span>{label}</span>
            {to === '/credentials' && <AttentionBadge />}
          </Link>
        ))}
      </nav>
      <main id="page" className={classes['page']} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function UserMenu() {
  const { name, role } = useSession();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes['user'] ?? ''}>
          <span aria-hidden="true">{name.slice(0, 2).toUpperCase()}</span>
          <span className="hidden">Account of {name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}, {role}
        </Menu.Label>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
