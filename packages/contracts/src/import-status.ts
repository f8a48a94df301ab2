/** `received`, `reading`, `committing` and `undoing` are being worked on; the others wait for a person or are the end. */
export const importStatuses = [
  'received',
  'reading',
  'preview',
  'committing',
  'committed',
  'undoing',
  'undone',
  'cancelled',
  'failed',
] as const;
export type ImportStatus = (typeof importStatuses)[number];

/** Without zod, for the page. */
export const isBeingWorkedOn = (status: ImportStatus): boolean =>
  status === 'received' || status === 'reading' || status === 'committing' || status === 'undoing';
