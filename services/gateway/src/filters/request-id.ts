import { randomHex } from './random-hex.ts';

/** What is taken over of a client's: letters, digits and a few signs, as UUIDs and trace ids have them. */
const plain = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * The name of a request in every log and in its answer. Ours, unless the listener trusts who stands in front of it
 * (Envoy: preserve_external_request_id).
 */
export const requestIdOf = (clients: string | undefined, isPreserved: boolean): string =>
  isPreserved && clients !== undefined && plain.test(clients) ? clients : randomHex(32);
