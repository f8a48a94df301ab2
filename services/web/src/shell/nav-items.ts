import { IconCategory, IconChartDonut, IconFileImport, IconReceipt, IconSettings } from '@tabler/icons-react';

/** The screens of a ledger, in the order of the sidebar. On a phone the last two stand under "More". */
export const navItems = [
  { path: '/overview', label: 'Overview', icon: IconChartDonut },
  { path: '/expenses', label: 'Expenses', icon: IconReceipt },
  { path: '/import', label: 'Import', icon: IconFileImport },
  { path: '/categories', label: 'Categories', icon: IconCategory },
  { path: '/settings', label: 'Settings', icon: IconSettings },
] as const;
