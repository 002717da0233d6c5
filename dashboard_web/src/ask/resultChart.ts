import type { AskAnswer, Column, QueryResult } from "../api/queries";
import type { ChartSpec, Series } from "../charts/options";
import type { Grain } from "../format/date";

const MOST_BARS = 25;
const MOST_LINES = 6;

type Row = QueryResult["rows"][number];

function toNumber(value: unknown): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" && Number.isFinite(Number(value)) ? Number(value) : null;
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isTimeColumn(column: Column | undefined): boolean {
  return column?.type === "date" || column?.type === "datetime";
}

/** The unit of the answer's time column. */
export function grainOf(answer: AskAnswer): Grain | null {
  return answer.query?.time.grain ?? null;
}

function seriesOf(column: Column, currency: string): Pick<Series, "name" | "label" | "style"> {
  return { name: column.name, label: column.label, style: { unit: column.unit, currency } };
}

/** One line for each value of a column, in the order in which they come. */
function splitSeries(rows: Row[], categories: string[], at: { x: number; y: number; series: number }, shape: Pick<Series, "style">): Series[] {
  const groups = new Map<string, Map<string, number | null>>();
  for (const row of rows) {
    const name = cellText(row[at.series]);
    const values = groups.get(name) ?? new Map<string, number | null>();
    values.set(cellText(row[at.x]), toNumber(row[at.y]));
    groups.set(name, values);
  }
  return [...groups].slice(0, MOST_LINES).map(([name, values]) => ({
    ...shape,
    name,
    label: name,
    values: categories.map((category) => values.get(category) ?? 0),
  }));
}

/** What to draw for an answer, or nothing where a table or a number says it all. */
export function resultChart(answer: AskAnswer, currency: string): ChartSpec | undefined {
  const { chart, result } = answer;
  if (chart == null || result == null || result.rows.length === 0) return undefined;
  if (chart.type !== "line" && chart.type !== "bar") return undefined;
  const at = (name: string | null | undefined) => result.columns.findIndex((column) => column.name === name);
  const x = at(chart.x);
  const ys = (chart.y ?? []).map(at).filter((index) => index >= 0);
  const [y] = ys;
  if (x < 0 || y === undefined) return undefined;
  const rows = chart.type === "bar" ? result.rows.slice(0, MOST_BARS) : result.rows;
  const categories = [...new Set(rows.map((row) => cellText(row[x])))];
  const series = at(chart.series);
  const yColumn = result.columns[y];
  if (yColumn === undefined) return undefined;
  return {
    kind: chart.type,
    isTime: isTimeColumn(result.columns[x]),
    grain: grainOf(answer),
    categories,
    isLastPartial: chart.last_is_partial ?? false,
    series:
      series >= 0
        ? splitSeries(rows, categories, { x, y, series }, seriesOf(yColumn, currency))
        : ys.flatMap((index) => {
            const column = result.columns[index];
            return column === undefined ? [] : [{ ...seriesOf(column, currency), values: rows.map((row) => toNumber(row[index])) }];
          }),
  };
}
