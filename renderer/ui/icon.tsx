const paths = {
  sources:
    'M3 4.5C3 3.4 5.2 2.5 8 2.5s5 .9 5 2-2.2 2-5 2-5-.9-5-2Zm0 0v7c0 1.1 2.2 2 5 2s5-.9 5-2v-7M3 8c0 1.1 2.2 2 5 2s5-.9 5-2',
  tuning: 'M2.5 4.5h6m3 0h2M2.5 11.5h2m3 0h6M10 3v3M6 10v3',
  triage: 'M5.5 4h8m-8 4h8m-8 4h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  explore: 'M2.5 13.5v-11m0 11h11M5 10.5l3-3.5 2 2 3.5-4.5',
  models: 'M8 2.5v3m0 0L4 10m4-4.5L12 10M4 10v3m0-3 0 0M12 10v3M8 5.5V13',
  exports: 'M8 10V2.5m0 0L5 5.5m3-3 3 3M3 9.5v3.5h10V9.5',
  settings:
    'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 2v1.6M8 12.4V14M2 8h1.6M12.4 8H14M3.8 3.8l1.1 1.1M11.1 11.1l1.1 1.1M3.8 12.2l1.1-1.1M11.1 4.9l1.1-1.1',
  close: 'M4 4l8 8m0-8-8 8',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  up: 'M4.5 9.5 8 6l3.5 3.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  folder: 'M2.5 4h4l1.5 1.8h5.5V12.5h-11Z',
  file: 'M4 2.5h5L12 5.5v8H4Zm5 0v3h3',
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2',
} as const;

export type IconName = keyof typeof paths;

/** A 16 px line icon; always decoration, the words are beside it. */
export function Icon({ name, sizePx = 16 }: { readonly name: IconName; readonly sizePx?: number }) {
  return (
    <svg
      width={sizePx}
      height={sizePx}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
