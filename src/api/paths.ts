import { z } from 'zod';

/** The parameters of paths. Their form is free: what does not exist is not found. */
const id = (what: string) => z.object({ id: z.string().describe(`ID of the ${what} (a UUID).`) });

export const credentialParams = id('credential');
