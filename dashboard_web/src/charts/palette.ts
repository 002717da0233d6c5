/** One colour a metric, everywhere in the app; other series take the palette in order. */

const METRIC_SLOT: Record<string, number> = {
  dau: 1,
  people: 3,
  sessions: 5,
  events: 2,
  page_views: 4,
  revenue: 6,
};

const SLOTS = 6;

export function seriesVariable(name: string, index = 0): string {
  return `--series-${METRIC_SLOT[name] ?? (index % SLOTS) + 1}`;
}

/** For SVG and CSS. */
export function seriesColor(name: string, index = 0): string {
  return `var(${seriesVariable(name, index)})`;
}

/** For a canvas, which knows no variables. */
export function resolved(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
