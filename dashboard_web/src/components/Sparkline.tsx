import { useId } from "react";

const WIDTH = 120;
const HEIGHT = 32;
const INSET = 2;

/** Points of a line that fills the box; gaps are bridged. */
export function sparklinePoints(values: (number | null)[]): [number, number][] {
  const present = values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  const highest = Math.max(...present.map(([, value]) => value), 0);
  const lowest = Math.min(...present.map(([, value]) => value), 0);
  const spread = highest - lowest || 1;
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  return present.map(([index, value]) => [
    values.length > 1 ? index * step : WIDTH / 2,
    HEIGHT - INSET - ((value - lowest) / spread) * (HEIGHT - 2 * INSET),
  ]);
}

/** Decoration beside a number that says the same; hidden from screen readers. */
export function Sparkline({ values, color }: { values: (number | null)[]; color: string }) {
  const gradient = useId();
  const points = sparklinePoints(values);
  if (points.length < 2) return <div className="h-8" />;
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [firstX] = points[0] ?? [0];
  const [lastX] = points[points.length - 1] ?? [WIDTH];
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-9 w-full overflow-visible">
      <defs>
        <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0%" stopColor={color} stopOpacity="0.22" />
          <stop offset="100%" stopColor={color} stopOpacity="0" />
        </linearGradient>
      </defs>
      <polygon points={`${firstX},${HEIGHT} ${line} ${lastX},${HEIGHT}`} fill={`url(#${gradient})`} />
      <polyline
        points={line}
        fill="none"
        stroke={color}
        strokeWidth="1.75"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
