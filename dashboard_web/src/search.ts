/** What the pages keep in the URL, read leniently: a mangled link opens the default view. */

import type { DateRange, Period } from "./api/queries";
import { addDays } from "./format/date";
import { type CheckFilter, isStatus } from "./quality/checks";

type Raw = Record<string, unknown>;

export interface ProjectSearch {
  project?: string;
}

export interface OverviewSearch extends ProjectSearch {
  last?: number;
  from?: string;
  to?: string;
  metric?: string;
}

export interface AskSearch extends ProjectSearch {
  q?: string;
}

export interface QualitySearch extends ProjectSearch, CheckFilter {}

export interface LoginSearch {
  redirect?: string;
}

export interface RegisterSearch {
  invitation?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LONGEST_DAYS = 1098;

function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

function day(value: unknown): string | undefined {
  return typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** Without the keys that hold nothing, so that the URL stays short. */
function compact<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export function projectSearch(raw: Raw): ProjectSearch {
  return compact({ project: text(raw.project) });
}

export function overviewSearch(raw: Raw): OverviewSearch {
  const last = Number(raw.last);
  const isLast = Number.isInteger(last) && last >= 1 && last <= LONGEST_DAYS;
  const from = day(raw.from);
  const to = day(raw.to);
  const isRange = from !== undefined && to !== undefined && from < to;
  return compact({
    ...projectSearch(raw),
    last: isLast && !isRange ? last : undefined,
    from: isRange ? from : undefined,
    to: isRange ? to : undefined,
    metric: text(raw.metric),
  });
}

/** The latest days that can be shown at once, of those with events. */
export function latestDays(recorded: DateRange): DateRange {
  const earliest = addDays(recorded.to, -LONGEST_DAYS);
  return { from: recorded.from > earliest ? recorded.from : earliest, to: recorded.to };
}

export function askSearch(raw: Raw): AskSearch {
  return compact({ ...projectSearch(raw), q: text(raw.q) });
}

export function qualitySearch(raw: Raw): QualitySearch {
  return compact({
    ...projectSearch(raw),
    status: isStatus(raw.status) ? raw.status : undefined,
    find: text(raw.find),
  });
}

export function loginSearch(raw: Raw): LoginSearch {
  return compact({ redirect: text(raw.redirect) });
}

export function registerSearch(raw: Raw): RegisterSearch {
  return compact({ invitation: text(raw.invitation) });
}

export function periodOf(search: OverviewSearch): Period {
  if (search.from !== undefined && search.to !== undefined) return { from: search.from, to: search.to };
  return search.last === undefined ? null : { last: search.last };
}

export function searchOf(period: Period): Partial<DateRange & { last: number }> {
  return period ?? {};
}
