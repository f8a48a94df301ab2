import { Title } from '@mantine/core';
import classes from './choose-file.module.css';
import { usePastImports } from './use-imports.ts';

const formatInstant = (instant: string) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
const formatCount = (count: number) => new Intl.NumberFormat().format(count);

/** What was imported before; nothing where there is none or it cannot be loaded, for it only informs. */
export function PastImports() {
  const past = usePastImports();
  const committed = past.data?.filter(({ status }) => status === 'committed') ?? [];
  if (committed.length === 0) return null;
  return (
    <section aria-labelledby="past-imports">
      <Title order={2} id="past-imports" mb="sm">
        Past imports
      </Title>
      <ul className={classes.past}>
        {committed.map(({ id, fileName, format, counts, createdAt }) => (
          <li key={id}>
            {fileName ?? format?.toUpperCase()}
            <span>
              {formatCount(counts.imported)} imported · {formatInstant(createdAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
