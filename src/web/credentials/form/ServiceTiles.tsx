import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Template } from '../../client/contract.js';
import { GROUPS, serviceName } from '../services.js';
import classes from './ServiceTiles.module.css';

/** The services to choose from, by groups; `Other` last. */
export function ServiceTiles({ templates }: { templates: readonly Template[] }) {
  const known = new Map(templates.map((template) => [template.service_type, template]));
  return GROUPS.map(({ title, types }) => (
    <section key={title}>
      <Title order={2} mt="lg" mb="sm">
        {title}
      </Title>
      <ul className={classes['tiles']}>
        {types.map((type) => (
          <li key={type}>
            <Link to="/credentials/new" search={{ service: type }} className={classes['tile']}>
              <strong>{serviceName(type)}</strong>
              <span className="dim">{String(known.get(type)?.['title'] ?? '')}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  ));
}
