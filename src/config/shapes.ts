import { z } from 'zod';
import { listOf } from './lists.js';

/** Kinds of variables that come more than once. */
export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((word) => word === 'true');
export const port = (preset: number) => z.coerce.number().int().min(1).max(65_535).default(preset);
export const mount = (preset: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_/-]*$/,
      'must be a mount in Vault: a-z, 0-9, -, _ and /, first a letter or digit',
    )
    .default(preset);

export const months = (fewest: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(1200)
    .refine((count) => count === 0 || count >= fewest, `must be 0 (for ever) or at least ${fewest}`);

const CIDR = z.union([z.cidrv4(), z.cidrv6()]);
export const cidrs = (preset: string) =>
  z
    .string()
    .default(preset)
    .refine(
      (text) => listOf(text).every((one) => CIDR.safeParse(one).success),
      'must be ranges such as 10.0.0.0/8, separated by commas',
    );
