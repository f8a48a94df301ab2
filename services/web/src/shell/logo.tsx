/** The mark of Outlay; decoration beside the name. */
export const Logo = ({ size = 28 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
    <rect width="64" height="64" rx="15" fill="#0f6b57" />
    <path d="M32 13a19 19 0 1 0 19 19" fill="none" stroke="#fff" strokeWidth="7" strokeLinecap="round" />
    <path
      d="M40 24 52 12M43 11h10v10"
      fill="none"
      stroke="#9be3c6"
      strokeWidth="6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);
