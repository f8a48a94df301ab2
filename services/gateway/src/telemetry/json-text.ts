/** Letters that JSON wants escaped, and those beyond ASCII. */
const unescaped = /^[ !#-[\]-~]*$/;
const beyondAscii = /[^\0-\x7f]/g;
const asEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A string as JSON has it, in ASCII: several times as fast as JSON.stringify for the usual ones. */
export const quoted = (text: string): string =>
  unescaped.test(text) ? `"${text}"` : JSON.stringify(text).replace(beyondAscii, asEscape);
