// The usual times until which a message is parked, on the clock of whoever parks it. Pure.
const NINE = 9;

function day(now: Date, days: number, hour = NINE): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** The next Monday that is not today. */
const monday = (now: Date) => day(now, ((8 - now.getDay()) % 7) || 7);

export const SHORTCUTS = [
  { name: "soon", at: (now: Date) => new Date(Math.ceil((now.getTime() + 2 * 3_600_000) / 1_800_000) * 1_800_000) },
  { name: "tomorrow", at: (now: Date) => day(now, 1) },
  { name: "days", at: (now: Date) => day(now, 3) },
  { name: "monday", at: monday },
] as const;

/** Each of them once: on a Sunday tomorrow is the next Monday. */
export function usualTimes(now: Date) {
  const all = SHORTCUTS.map(({ name, at }) => ({ name, until: at(now) }));
  return all.filter(({ until }, index) => all.findIndex((other) => other.until.getTime() === until.getTime()) === index);
}

/** As a field for a day and a time takes it. */
export function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
