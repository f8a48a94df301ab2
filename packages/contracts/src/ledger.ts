import { z } from 'zod';
import { Id, Instant, text } from './common.ts';
import { Currency } from './money.ts';

const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);

/** The runtime lists one name of each zone ("Asia/Calcutta") and knows the others ("Asia/Kolkata"), which browsers send. */
function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true;
  if (!/^[A-Z][A-Za-z_]*(\/[A-Za-z0-9_+-]+){1,2}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'is not an IANA time zone')
  .meta({ description: 'IANA time zone: decides what "today" is', examples: ['Europe/Berlin'] });

/** `default` in a path stands for the caller's first ledger. */
export const LedgerRef = z
  .union([z.literal('default'), Id])
  .meta({ description: 'Ledger id, or `default` for your first ledger' });

export const NewLedger = z
  .strictObject({
    name: text(100)
      .min(1)
      .meta({ examples: ['Household'] }),
    currency: Currency.default('EUR'),
    timeZone: TimeZone.default('UTC'),
  })
  .meta({ id: 'NewLedger' });
export type NewLedger = z.infer<typeof NewLedger>;

export const Ledger = z
  .object({
    id: Id,
    name: z.string(),
    currency: Currency,
    timeZone: TimeZone,
    isDefault: z.boolean(),
    createdAt: Instant,
  })
  .meta({ id: 'Ledger' });
export type Ledger = z.infer<typeof Ledger>;

export const LedgerList = z.object({ items: z.array(Ledger) }).meta({ id: 'LedgerList' });

/** Only what is named changes. A new currency is the default of what comes; what is written keeps its own. */
export const LedgerPatch = z
  .strictObject({ name: NewLedger.shape.name, currency: Currency, timeZone: TimeZone })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change at least one field')
  .meta({ id: 'LedgerPatch' });
export type LedgerPatch = z.infer<typeof LedgerPatch>;

/** Two levels: a category whose `parent` is null may hold others. */
const categoryFields = {
  name: text(60)
    .min(1)
    .meta({ examples: ['Groceries'] }),
  parent: Id.nullable().meta({ description: 'Id of the category above, or null; two levels at most' }),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'must be a colour like #2f9e44')
    .meta({ examples: ['#2f9e44'] }),
  icon: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be an icon name like shopping-cart')
    .meta({ examples: ['shopping-cart'] }),
};
export const NewCategory = z
  .strictObject({
    name: categoryFields.name,
    parent: categoryFields.parent.default(null),
    color: categoryFields.color.default('#868e96'),
    icon: categoryFields.icon.default('tag'),
  })
  .meta({ id: 'NewCategory' });
export type NewCategory = z.infer<typeof NewCategory>;
export const CategoryPatch = z
  .strictObject(categoryFields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change at least one field')
  .meta({ id: 'CategoryPatch' });
export type CategoryPatch = z.infer<typeof CategoryPatch>;
export const Category = z.object({ id: Id, ...categoryFields }).meta({ id: 'Category' });
export type Category = z.infer<typeof Category>;
export const CategoryList = z.object({ items: z.array(Category) }).meta({ id: 'CategoryList' });

export const CategoryDeletion = z.strictObject({
  moveTo: z
    .union([Id, z.literal('none')])
    .optional()
    .meta({ description: 'Where its expenses go: a category id, or `none`. Without it only an unused one is deleted' }),
});
