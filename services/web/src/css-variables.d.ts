import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties, which style sheets read by var(). */
    [name: `--${string}`]: string | number | undefined;
  }
}
