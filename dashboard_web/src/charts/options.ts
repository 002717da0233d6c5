import type { EChartsCoreOption } from "echarts/core";
import { formatPoint, formatPointLong } from "../format/date";
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
  series: Series[];
}

interface TooltipItem {
  seriesIndex: number;
  dataIndex: number;
  color: string;
}

const LONGEST_CATEGORY = 28;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Names of events and paths come from the public: they are text, never markup. */
export function tooltipHtml(spec: ChartSpec, items: TooltipItem[]): string {
  const first = items[0];
  if (first === undefined) return "";
  const category = spec.categories[first.dataIndex] ?? "";
  const title = spec.isTime ? formatPointLong(category) : category;
  const rows = items.map((item) => {
    const series = spec.series[item.seriesIndex];
    if (series === undefined) return "";
    const on = series.labels?.[item.dataIndex];
    const label = on === undefined ? series.label : `${series.label}, ${formatPoint(on)}`;
    const value = formatNumber(series.values[item.dataIndex], series.style);
    const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:9px;margin-right:8px;background:${item.color};opacity:${series.isPrevious === true ? 0.45 : 1}"></span>`;
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
      formatter: (value: string) => (spec.isTime ? formatPoint(value) : shorten(value)),
    },
  };
  const value = {
    type: "value",
    splitNumber: 4,
    minInterval: style.unit === "count" ? 1 : 0,
    splitLine: { lineStyle: { color: line } },
    axisLabel: { ...text, formatter: (amount: number) => formatNumber(amount, { ...style, compact: true }) },
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
      formatter: (items: TooltipItem[] | TooltipItem) => tooltipHtml(spec, Array.isArray(items) ? items : [items]),
    },
    series: spec.series.map((series, index) => (isBar ? barSeries(series, index) : lineSeries(spec, series, index))),
  };
}
