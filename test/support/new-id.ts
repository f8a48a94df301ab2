import { randomBytes } from 'node:crypto';

/** A made-up identifier of a stored thing. */
export const newId = (): string => randomBytes(12).toString('hex');
