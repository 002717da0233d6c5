/** Numbers as people read them, by the unit that the metric declares: count, ratio, seconds or currency. */

export interface NumberStyle {
  unit?: string | null;
  currency?: string;
  /** From here on 1.2M is shown instead of every digit. */
  compactFrom?: number;
}

const MISSING = "–";
/** A tile has room for every digit below this. */
export const TILE_COMPACT_FROM = 1_000_000;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds);
  const hours = Math.floor(rounded / 3600);
  const minutes = Math.floor((rounded % 3600) / 60);
  const rest = rounded % 60;
  if (hours > 0) return `${hours}h ${minutes}m`;
  if (minutes > 0) return `${minutes}m ${rest}s`;
  return `${rest}s`;
}

function formatCount(value: number, compactFrom: number): string {
  if (Math.abs(value) >= compactFrom) return compact.format(value);
  if (Number.isInteger(value)) return whole.format(value);
  return (Math.abs(value) >= 100 ? tenths : hundredths).format(value);
}

function formatCurrency(value: number, currency: string, compactFrom: number): string {
  const notation = Math.abs(value) >= compactFrom ? "compact" : "standard";
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency, notation }).format(value);
  } catch {
    return `${formatCount(value, compactFrom)} ${currency}`;
  }
}

export function formatNumber(value: number | null | undefined, style: NumberStyle = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const compactFrom = style.compactFrom ?? Infinity;
  switch (style.unit) {
    case "ratio":
      return percent.format(value);
    case "seconds":
      return formatDuration(value);
    case "currency":
      return formatCurrency(value, style.currency ?? "USD", compactFrom);
    default:
      return formatCount(value, compactFrom);
  }
}

/** `0.123` → `+12.3%`. */
export function formatChange(change: number | null | undefined): string {
  if (change === null || change === undefined || !Number.isFinite(change)) return MISSING;
  const digits = Math.abs(change) >= 10 ? 0 : 1;
  const text = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: digits }).format(Math.abs(change));
  if (text === "0%") return "0%";
  return change > 0 ? `+${text}` : `−${text}`;
}

/** A cell of a result, whose type only the column knows. */
export function formatCell(value: unknown, style: NumberStyle = {}): string {
  if (value === null || value === undefined) return MISSING;
  if (typeof value === "number") return formatNumber(value, style);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") {
    const isNumeric = style.unit !== undefined && style.unit !== null && value !== "" && Number.isFinite(Number(value));
    return isNumeric ? formatNumber(Number(value), style) : value;
  }
  return JSON.stringify(value);
}
