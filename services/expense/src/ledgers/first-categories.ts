import { type StoredCategory, toStoredCategory } from '../categories/category-store.ts';

/** Icons are named as at tabler.io/icons; children have their parent's colour. */
interface Seed {
  name: string;
  icon: string;
  color: string;
  children: readonly (readonly [name: string, icon: string])[];
}

/** What most households spend on, after the COICOP divisions of household statistics, in everyday words. */
const seeds: readonly Seed[] = [
  {
    name: 'Housing',
    icon: 'home',
    color: '#4263eb',
    children: [
      ['Rent or mortgage', 'key'],
      ['Electricity, gas, water', 'bolt'],
      ['Internet and phone', 'wifi'],
      ['Furniture and repairs', 'sofa'],
    ],
  },
  {
    name: 'Food',
    icon: 'shopping-cart',
    color: '#2f9e44',
    children: [
      ['Groceries', 'basket'],
      ['Eating out', 'tools-kitchen-2'],
      ['Coffee and snacks', 'coffee'],
    ],
  },
  {
    name: 'Transport',
    icon: 'car',
    color: '#1971c2',
    children: [
      ['Public transport', 'bus'],
      ['Fuel and charging', 'gas-station'],
      ['Car', 'car'],
      ['Taxi and sharing', 'bike'],
    ],
  },
  {
    name: 'Shopping',
    icon: 'hanger',
    color: '#9c36b5',
    children: [
      ['Clothes and shoes', 'shirt'],
      ['Electronics', 'device-laptop'],
      ['Household goods', 'package'],
    ],
  },
  {
    name: 'Health',
    icon: 'heartbeat',
    color: '#e03131',
    children: [
      ['Doctors and dentists', 'stethoscope'],
      ['Pharmacy', 'pill'],
      ['Sports and fitness', 'barbell'],
    ],
  },
  {
    name: 'Leisure',
    icon: 'ticket',
    color: '#f08c00',
    children: [
      ['Going out', 'confetti'],
      ['Subscriptions', 'device-tv'],
      ['Books and games', 'book'],
      ['Hobbies', 'palette'],
    ],
  },
  {
    name: 'Travel',
    icon: 'plane',
    color: '#0c8599',
    children: [
      ['Flights and trains', 'train'],
      ['Hotels', 'luggage'],
      ['On the road', 'map-pin'],
    ],
  },
  {
    name: 'Children',
    icon: 'baby-carriage',
    color: '#c2255c',
    children: [
      ['Childcare and school', 'school'],
      ['Toys and clothes', 'users'],
    ],
  },
  { name: 'Pets', icon: 'paw', color: '#846358', children: [] },
  {
    name: 'Personal care',
    icon: 'scissors',
    color: '#d6336c',
    children: [],
  },
  {
    name: 'Insurance',
    icon: 'umbrella',
    color: '#3b5bdb',
    children: [],
  },
  {
    name: 'Taxes and fees',
    icon: 'receipt-tax',
    color: '#5c677d',
    children: [
      ['Bank fees', 'building-bank'],
      ['Taxes', 'receipt'],
    ],
  },
  {
    name: 'Gifts and donations',
    icon: 'gift',
    color: '#e8590c',
    children: [],
  },
  {
    name: 'Income',
    icon: 'coins',
    color: '#099268',
    children: [
      ['Salary', 'briefcase'],
      ['Interest and dividends', 'chart-line'],
      ['Other income', 'cash'],
    ],
  },
];

/** The categories that a new ledger starts with. */
export function firstCategories(ledger: string): StoredCategory[] {
  const categories: StoredCategory[] = [];
  const add = (name: string, icon: string, color: string, parent: string | null): string => {
    const category = toStoredCategory(ledger, { name, icon, color, parent }, categories.length);
    categories.push(category);
    return category._id.toHexString();
  };
  for (const { name, icon, color, children } of seeds) {
    const parent = add(name, icon, color, null);
    for (const [childName, childIcon] of children) add(childName, childIcon, color, parent);
  }
  return categories;
}
