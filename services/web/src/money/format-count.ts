const count = new Intl.NumberFormat();

/** 12500 as people write it where they live: "12,500" or "12.500". */
export const formatCount = (number: number): string => count.format(number);
