export const kindLabels = { expense: 'Expense', income: 'Income', refund: 'Refund', transfer: 'Transfer' } as const;
