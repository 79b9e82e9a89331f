// Signs, drawn as lines on a square of 24. Parts that are fetched later bring what only they have.
const SHAPES = {
  chat: "M21 11.5a8.4 8.4 0 0 1-12.3 7.4L3 21l2.1-5.7A8.4 8.4 0 1 1 21 11.5Z",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  history: "M12 7v5l3.5 2M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8.4M3.5 4v4.4h4.4",
  send: "M4.5 12 3.5 4l17 8-17 8 1-8Zm0 0H12",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 8v5m0 3.2v.1M12 3.5 2.8 19.5h18.4z",
  moon: "M20 14.2A8.2 8.2 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2Z",
  cloud: "M4 4l16 16M8 8.2A5 5 0 0 0 7 18h9.5M11 6.3a5.5 5.5 0 0 1 6.8 4.8A3.6 3.6 0 0 1 20 16.5",
  link: "M9.5 14.5l5-5M8 11l-2.3 2.3a3.5 3.5 0 0 0 5 5L13 16m-2-8 2.3-2.3a3.5 3.5 0 0 1 5 5L16 13",
  file: "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5v5h4.5",
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.2M19.5 4v4.8h-4.8",
};

export function Icon({ of, shape, turns }: { of?: keyof typeof SHAPES; shape?: string; turns?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={turns ? "icon turns" : "icon"}>
      <path d={shape ?? SHAPES[of!]} />
    </svg>
  );
}
