/** Numbers as people read them, by the unit that the metric declares: count, ratio, seconds or currency. */

export interface NumberStyle {
  unit?: string | null;
  currency?: string;
  compact?: boolean;
}

const MISSING = "–";
/** From here on a tile shows 1.2M; below it every digit fits. */
const COMPACT_FROM = 1_000_000;

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

function formatCount(value: number, short: boolean): string {
  if (short && Math.abs(value) >= COMPACT_FROM) return compact.format(value);
  if (Number.isInteger(value)) return whole.format(value);
  return (Math.abs(value) >= 100 ? tenths : hundredths).format(value);
}

function formatCurrency(value: number, currency: string, short: boolean): string {
  const notation = short && Math.abs(value) >= COMPACT_FROM ? "compact" : "standard";
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency, notation }).format(value);
  } catch {
    return `${formatCount(value, short)} ${currency}`;
  }
}

export function formatNumber(value: number | null | undefined, style: NumberStyle = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const short = style.compact ?? false;
  switch (style.unit) {
    case "ratio":
      return percent.format(value);
    case "seconds":
      return formatDuration(value);
    case "currency":
      return formatCurrency(value, style.currency ?? "USD", short);
    default:
      return formatCount(value, short);
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
