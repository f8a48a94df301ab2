import type { Aim, Row } from './report.ts';

const figures = ['summary', 'trend', 'categories', 'compare', 'cash-flow'];
const doors = ['', ', through the gateway'];

/** What we hold ourselves to, from the rows of a run: at the largest size where it says no other. */
export function aimsOf(rows: readonly Row[], rssMaxMiB: number): Aim[] {
  const smallest = Math.min(...rows.map(({ size }) => size));
  const largest = Math.max(...rows.map(({ size }) => size));
  const row = (figure: string, size = largest) => {
    const found = rows.find((each) => each.figure === figure && each.size === size);
    if (!found) throw new Error(`nothing was measured of ${figure} at ${size}`);
    return found;
  };
  const timesFloor = (figure: string) => row(figure).p50Ms / row(figure).floorP50Ms;

  return [
    ...figures.flatMap((figure) =>
      doors.flatMap((door) => {
        const { p50Ms, p99Ms } = row(figure + door);
        return [
          {
            what: `${figure}${door}: p50 × that of ${smallest}`,
            is: p50Ms / row(figure + door, smallest).p50Ms,
            atMost: 1.3,
          },
          { what: `${figure}${door}: × one findOne`, is: timesFloor(figure + door), atMost: 6 },
          { what: `${figure}${door}: p99 × p50`, is: p99Ms / p50Ms, atMost: 4 },
        ];
      }),
    ),
    ...['list, first page', 'list, 1,000th page'].map((figure) => ({
      what: `${figure}: × the driver’s find`,
      is: timesFloor(figure),
      atMost: 2,
    })),
    ...['search, a word', 'search, two beginnings'].map((figure) => ({
      what: `${figure}: × one findOne`,
      is: timesFloor(figure),
      atMost: 30,
    })),
    { what: 'create: × a bare transaction of two documents', is: timesFloor('create'), atMost: 3 },
    {
      what: 'create: rate of 8 clients of one ledger × that of 1',
      is: row('create, 8 clients of one ledger').perSecond! / row('create, 1 client').perSecond!,
      atLeast: 0.5,
    },
    ...rows
      .filter(({ figure }) => figure === 'import')
      .map(({ perSecond, floorPerSecond }) => ({
        what: 'import: rows a second × bare insertMany',
        is: perSecond! / floorPerSecond!,
        atLeast: 0.4,
      })),
    { what: 'import: memory of expense, MiB', is: rssMaxMiB, atMost: 220 },
    { what: 'rebuild: × one scan by aggregation', is: timesFloor('rebuild of all rollups'), atMost: 20 },
  ];
}
