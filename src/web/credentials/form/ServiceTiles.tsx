import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ServiceType } from '../../../domain/credentials/serviceType.js';
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
          <Tile key={type} type={type} title={String(known.get(type)?.['title'] ?? '')} />
        ))}
      </ul>
    </section>
  ));
}

function Tile({ type, title }: { type: ServiceType; title: string }) {
  const name = serviceName(type);
  const line = type === 'other' ? 'Any service: fields of your own' : title;
  return (
    <li>
      <Link to="/credentials/new" search={{ service: type }} className={classes['tile']}>
        <strong>{name}</strong>
        {line !== name && <span className="dim">{line}</span>}
      </Link>
    </li>
  );
}
