import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#eaf6f1',
  '#d3ebe1',
  '#a7d8c5',
  '#79c5a8',
  '#52b58f',
  '#2f9d78',
  '#1b8466',
  '#0f6b57',
  '#0b5646',
  '#083f33',
];
/** Neutrals with a breath of green, so that greys sit with the accent. Shade 6 on shade 0 keeps 4.5:1 (WCAG AA). */
const gray: MantineColorsTuple = [
  '#f6f7f5',
  '#eef0ed',
  '#e3e6e2',
  '#d5d9d4',
  '#c0c6c0',
  '#98a09a',
  '#636c66',
  '#4b534e',
  '#333936',
  '#1d2220',
];
const dark: MantineColorsTuple = [
  '#dde2de',
  '#bcc4be',
  '#9da69f',
  '#717a74',
  '#414844',
  '#323834',
  '#282d2a',
  '#1c201e',
  '#141716',
  '#0f1110',
];

/** The list scrolls itself: Mantine's scroll area would be a scrolling box that the keyboard cannot reach. */
const list = {
  defaultProps: { withScrollArea: false },
  styles: { options: { maxHeight: 280, overflowY: 'auto' as const } },
};

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: 7,
  colors: { pine, gray, dark },
  black: '#1d2220',
  defaultRadius: 'md',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif",
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.625rem', lineHeight: '1.25' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // At the end of the body its list would stand outside of every landmark, and outside of a popover that a click
    // beside it closes.
    Combobox: { defaultProps: { withinPortal: false } },
    Select: { defaultProps: { ...list.defaultProps, openOnFocus: false }, styles: list.styles },
    TagsInput: { defaultProps: { ...list.defaultProps, openOnFocus: false }, styles: list.styles },
    Autocomplete: list,
  },
});

/** Where Mantine's own greys and reds miss the 4.5:1 of WCAG AA, and the page's own surfaces. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-error': '#b42525',
    '--mantine-color-default-border': gray[3],
    '--outlay-canvas': gray[0],
    '--outlay-line': gray[2],
    '--outlay-soft': gray[1],
    '--outlay-good': '#0f6b57',
    '--outlay-bad': '#b42525',
    '--outlay-accent-text': pine[7],
    '--outlay-shadow': '0 1px 2px rgb(29 34 32 / 4%), 0 4px 16px rgb(29 34 32 / 4%)',
  },
  dark: {
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-error': '#ff9a94',
    '--mantine-color-default-border': dark[4],
    '--outlay-canvas': dark[8],
    '--outlay-line': dark[6],
    '--outlay-soft': dark[6],
    '--outlay-good': pine[4],
    '--outlay-bad': '#ff9a94',
    '--outlay-accent-text': pine[3],
    '--outlay-shadow': 'none',
  },
});
