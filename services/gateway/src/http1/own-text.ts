/** The same letters in memory of their own: what is cut out of a text keeps all of that, however long it is kept itself. */
export const ownText = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('latin1');
