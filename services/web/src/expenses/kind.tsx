import { IconArrowBackUp, IconArrowDownLeft, IconArrowsLeftRight, IconArrowUpRight } from '@tabler/icons-react';

export const kindLabels = { expense: 'Expense', income: 'Income', refund: 'Refund', transfer: 'Transfer' } as const;
export const kindIcons = {
  expense: IconArrowUpRight,
  income: IconArrowDownLeft,
  refund: IconArrowBackUp,
  transfer: IconArrowsLeftRight,
} as const;
