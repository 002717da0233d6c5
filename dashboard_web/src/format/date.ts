/** Dates of a project are calendar days in its own zone: they are never shifted to the browser's. */

const DAY_MS = 86_400_000;

function utc(isoDay: string): Date {
  return new Date(`${isoDay.slice(0, 10)}T00:00:00Z`);
}

const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dayMonthYear = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const monthYear = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return isoDay(new Date(utc(day).getTime() + days * DAY_MS));
}

export type Grain = "hour" | "day" | "week" | "month" | "quarter" | "year";

function quarterOf(at: string): string {
  return `Q${Math.ceil(Number(at.slice(5, 7)) / 3)} ${at.slice(0, 4)}`;
}

/** A point of a time axis: `17 May`, `17 May 14:00` when it carries an hour, `May 2015` for a month. */
export function formatPoint(at: string, grain?: Grain | null): string {
  if (grain === "year") return at.slice(0, 4);
  if (grain === "quarter") return quarterOf(at);
  if (grain === "month") return monthYear.format(utc(at));
  const hour = /[T ](\d{2}:\d{2})/.exec(at)?.[1];
  const day = dayMonth.format(utc(at));
  return hour === undefined ? day : `${day} ${hour}`;
}

export function formatPointLong(at: string, grain?: Grain | null): string {
  if (grain === "year" || grain === "quarter" || grain === "month") return formatPoint(at, grain);
  if (grain === "week") return `Week of ${dayMonthYear.format(utc(at))}`;
  const hour = /[T ](\d{2}:\d{2})/.exec(at)?.[1];
  const day = weekday.format(utc(at));
  return hour === undefined ? day : `${day}, ${hour}`;
}

/** A half-open range as people say it: `17 – 20 May 2015`. */
export function formatRange(from: string, until: string): string {
  const last = addDays(until, -1);
  if (from === last) return dayMonthYear.format(utc(from));
  const sameYear = from.slice(0, 4) === last.slice(0, 4);
  const start = sameYear ? dayMonth.format(utc(from)) : dayMonthYear.format(utc(from));
  return `${start} – ${dayMonthYear.format(utc(last))}`;
}

const STEPS: [number, string][] = [
  [60, "s"],
  [60, "min"],
  [24, "h"],
  [365, "d"],
];

/** `just now`, `12 s ago`, `3 min ago`. */
export function formatAge(at: string | null | undefined, now: number = Date.now()): string {
  if (!at) return "unknown";
  let amount = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000));
  if (amount < 5) return "just now";
  for (const [size, unit] of STEPS) {
    if (amount < size) return `${amount} ${unit} ago`;
    amount = Math.floor(amount / size);
  }
  return `${amount} y ago`;
}

export function formatClock(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(new Date(at));
}

/** `18 May 2026, 14:03:20`, in that zone. */
export function formatMoment(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

export function zoneOffset(timeZone: string, now: Date = new Date()): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(now);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
