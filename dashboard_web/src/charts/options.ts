import type { EChartsCoreOption } from "echarts/core";
import { formatPoint, formatPointLong, type Grain } from "../format/date";
import { formatNumber, type NumberStyle } from "../format/number";
import { resolved, seriesVariable } from "./palette";

export interface Series {
  name: string;
  label: string;
  values: (number | null)[];
  style: NumberStyle;
  /** The period before: same colour, dashed and faint. */
  isPrevious?: boolean;
  /** Tooltip labels, when this series lies on other dates than the axis. */
  labels?: string[];
}

export interface ChartSpec {
  kind: "line" | "bar";
  categories: string[];
  isTime: boolean;
  /** What a category stands for, when it is a time. */
  grain?: Grain | null;
  series: Series[];
  /** The last point is a day that is not over: the way to it is dotted. */
  isLastPartial?: boolean;
}

interface TooltipItem {
  dataIndex: number;
}

const LONGEST_CATEGORY = 28;
/** An axis has room for £900K, not for £900,000.00. */
const AXIS_COMPACT_FROM = 10_000;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Names of events and paths come from the public: they are text, never markup. */
export function tooltipHtml(spec: ChartSpec, at: number): string {
  const category = spec.categories[at] ?? "";
  const isPartial = spec.isLastPartial === true && at === spec.categories.length - 1;
  const title = `${spec.isTime ? formatPointLong(category, spec.grain) : category}${isPartial ? ", so far" : ""}`;
  const rows = spec.series.map((series, index) => {
    const on = series.labels?.[at];
    const label = on === undefined ? series.label : `${series.label}, ${formatPoint(on)}`;
    const value = formatNumber(series.values[at], series.style);
    const color = resolved(seriesVariable(series.name, index));
    const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:9px;margin-right:8px;background:${color};opacity:${series.isPrevious === true ? 0.45 : 1}"></span>`;
    return `<div style="display:flex;justify-content:space-between;gap:24px"><span>${dot}${escapeHtml(label)}</span><b style="font-weight:600">${escapeHtml(value)}</b></div>`;
  });
  return `<div style="font-weight:600;margin-bottom:4px">${escapeHtml(title)}</div>${rows.join("")}`;
}

function shorten(text: string): string {
  return text.length > LONGEST_CATEGORY ? `${text.slice(0, LONGEST_CATEGORY - 1)}…` : text;
}

function lineSeries(spec: ChartSpec, series: Series, index: number) {
  const color = resolved(seriesVariable(series.name, index));
  const faint = series.isPrevious === true;
  return {
    type: "line",
    name: series.label,
    data: series.values,
    showSymbol: spec.categories.length === 1,
    symbolSize: 7,
    smooth: 0.15,
    smoothMonotone: "x",
    z: faint ? 1 : 2,
    lineStyle: { width: faint ? 1.5 : 2.25, type: faint ? "dashed" : "solid", color, opacity: faint ? 0.5 : 1 },
    itemStyle: { color },
    areaStyle: faint || spec.series.filter((other) => other.isPrevious !== true).length > 1 ? undefined : { color, opacity: 0.09 },
  };
}

/** The line to a day that is not over, and the line up to it. */
function splitLastPoint(values: Series["values"]): { complete: Series["values"]; partial: Series["values"] } {
  const last = values.length - 1;
  return {
    complete: values.map((value, index) => (index === last ? null : value)),
    partial: values.map((value, index) => (index >= last - 1 ? value : null)),
  };
}

function lineWithPartialEnd(spec: ChartSpec, series: Series, index: number) {
  const whole = lineSeries(spec, series, index);
  if (spec.isLastPartial !== true || series.isPrevious === true || series.values.length < 2) return [whole];
  const { complete, partial } = splitLastPoint(series.values);
  const dotted = { ...whole, data: partial, lineStyle: { ...whole.lineStyle, type: "dotted" }, areaStyle: undefined };
  return [{ ...whole, data: complete }, { ...dotted, id: `${series.name}-partial`, tooltip: { show: false } }];
}

function barSeries(series: Series, index: number) {
  return {
    type: "bar",
    name: series.label,
    data: series.values,
    barMaxWidth: 26,
    itemStyle: { color: resolved(seriesVariable(series.name, index)), borderRadius: [0, 4, 4, 0] },
  };
}

export function chartOption(spec: ChartSpec, animate: boolean): EChartsCoreOption {
  const muted = resolved("--muted");
  const line = resolved("--line");
  const style = spec.series[0]?.style ?? {};
  const isBar = spec.kind === "bar";
  const text = { color: muted, fontSize: 12, fontFamily: "Inter Variable" };
  const category = {
    type: "category",
    data: spec.categories,
    boundaryGap: isBar,
    inverse: isBar,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      ...text,
      hideOverlap: !isBar,
      interval: isBar ? 0 : undefined,
      margin: 12,
      formatter: (value: string) => (spec.isTime ? formatPoint(value, spec.grain) : shorten(value)),
    },
  };
  const value = {
    type: "value",
    splitNumber: 4,
    minInterval: style.unit === "count" ? 1 : 0,
    splitLine: { lineStyle: { color: line } },
    axisLabel: { ...text, formatter: (amount: number) => formatNumber(amount, { ...style, compactFrom: AXIS_COMPACT_FROM }) },
  };
  return {
    animation: animate,
    animationDuration: 350,
    grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: isBar ? value : category,
    yAxis: isBar ? category : value,
    tooltip: {
      trigger: "axis",
      axisPointer: isBar
        ? { type: "shadow", shadowStyle: { color: resolved("--sunken"), opacity: 0.5 } }
        : { type: "line", lineStyle: { color: resolved("--line-strong") } },
      backgroundColor: resolved("--surface"),
      borderColor: line,
      padding: [10, 14],
      textStyle: { color: resolved("--ink"), fontSize: 13, fontFamily: "Inter Variable" },
      extraCssText: "border-radius:10px;box-shadow:0 8px 24px rgb(0 0 0 / 14%)",
      confine: true,
      formatter: (items: TooltipItem[]) => (items[0] === undefined ? "" : tooltipHtml(spec, items[0].dataIndex)),
    },
    series: isBar ? spec.series.map(barSeries) : spec.series.flatMap((series, index) => lineWithPartialEnd(spec, series, index)),
  };
}
