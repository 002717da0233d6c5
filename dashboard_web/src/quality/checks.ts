/** Data checks as the page shows them: by suite, what is wrong first. */

import type { CheckedDay, CheckStatus, DataCheck } from "../api/queries";
import { formatPoint } from "../format/date";

export const STATUSES: CheckStatus[] = ["failed", "warned", "passed"];

const SUITE_TITLES: Record<string, string> = {
  dbt_tests: "Tests of models",
  drift: "Drift of the mix",
  raw_volume: "Volume of raw events",
};

const SOURCES: Record<string, string> = {
  dbt: "dbt test",
  great_expectations: "Great Expectations",
  reconciliation: "Reconciliation",
};

export interface Suite {
  name: string;
  title: string;
  checks: DataCheck[];
}

export interface CheckFilter {
  status?: CheckStatus;
  find?: string;
}

export function isStatus(value: unknown): value is CheckStatus {
  return STATUSES.some((status) => status === value);
}

/** `raw_events` -> `Raw events`. */
export function suiteTitle(name: string): string {
  const words = name.replaceAll("_", " ");
  return SUITE_TITLES[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** dbt makes the names of most tests from their arguments; those are long and their words say it better. */
export function checkTitle(check: DataCheck): string {
  return check.name.replaceAll("_", " ").replace(/ +/g, " ");
}

export function sourceName(source: string): string {
  return SOURCES[source] ?? source;
}

export function countByStatus(checks: DataCheck[]): Record<CheckStatus, number> {
  const counts = { failed: 0, warned: 0, passed: 0 };
  for (const check of checks) counts[check.status] += 1;
  return counts;
}

function holds(check: DataCheck, words: string): boolean {
  const text = [check.name, checkTitle(check), check.asset, suiteTitle(check.suite), check.description].join(" ");
  return text.toLowerCase().includes(words.trim().toLowerCase());
}

export function matching(checks: DataCheck[], filter: CheckFilter): DataCheck[] {
  return checks.filter(
    (check) =>
      (filter.status === undefined || check.status === filter.status) &&
      (filter.find === undefined || holds(check, filter.find)),
  );
}

function urgency(check: DataCheck): number {
  return STATUSES.indexOf(check.status);
}

/** Suites with failures first, then those with warnings; the same within each. */
export function bySuite(checks: DataCheck[]): Suite[] {
  const suites = new Map<string, DataCheck[]>();
  for (const check of checks) suites.set(check.suite, [...(suites.get(check.suite) ?? []), check]);
  return [...suites]
    .map(([name, members]) => ({
      name,
      title: suiteTitle(name),
      checks: members.sort(
        (a, b) => urgency(a) - urgency(b) || a.asset.localeCompare(b.asset) || a.name.localeCompare(b.name),
      ),
    }))
    .sort((a, b) => worst(a) - worst(b) || rank(a.name) - rank(b.name) || a.title.localeCompare(b.title));
}

function worst(suite: Suite): number {
  return Math.min(...suite.checks.map(urgency));
}

const ORDER = ["raw_events", "raw_volume", "reconciliations", "events", "sessions", "person_days", "active_users", "drift"];

/** As data flows: raw events, what reconciles with them, marts; tests of models, the many, last. */
function rank(suite: string): number {
  if (suite === "dbt_tests") return ORDER.length + 1;
  const index = ORDER.indexOf(suite);
  return index === -1 ? ORDER.length : index;
}

/** `18 May: 24 runs, 2 did not pass`. */
export function dayLabel(day: CheckedDay): string {
  if (day.status === null) return `${formatPoint(day.date)}: did not run`;
  const runs = day.runs === 1 ? "1 run" : `${day.runs} runs`;
  return `${formatPoint(day.date)}: ${runs}, ${day.not_passed === 0 ? "all passed" : `${day.not_passed} did not pass`}`;
}

/** What the strip of days shows, in words. */
export function historyLabel(days: CheckedDay[]): string {
  const ran = days.filter((day) => day.status !== null);
  const bad = ran.filter((day) => day.status !== "passed");
  const passed = `passed on each of the ${ran.length} on which it ran`;
  const told = bad.length === 0 ? passed : bad.map(dayLabel).join("; ");
  return `Last ${days.length} days: ${ran.length === 0 ? "did not run" : told}`;
}

/** `0 rows`, or what kept the check from being evaluated. */
export function foundLabel(check: DataCheck): string {
  if (check.error !== null) return "not evaluated";
  return check.unexpected_count === 1 ? "1 row" : `${check.unexpected_count.toLocaleString("en")} rows`;
}
