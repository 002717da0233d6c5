import { useEffect, useRef } from "react";
import { useTheme } from "../theme";
import { init } from "./echarts";
import { type ChartSpec, chartOption } from "./options";

interface CanvasProps {
  spec: ChartSpec;
  label: string;
  height: number;
}

/** Default export, because it is loaded with the charting library when first needed. */
export default function Canvas({ spec, label, height }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const chart = init(element);
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption(chartOption(spec, !still));
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [spec, theme]);

  return <div ref={box} role="img" aria-label={label} style={{ height }} className="w-full" />;
}
