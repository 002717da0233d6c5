import clsx from "clsx";
import type { Overview, Tile } from "../api/queries";
import { seriesColor } from "../charts/palette";
import { ChangeBadge } from "../components/ChangeBadge";
import { Skeleton } from "../components/Skeleton";
import { Sparkline } from "../components/Sparkline";
import { formatNumber, type NumberStyle, TILE_COMPACT_FROM } from "../format/number";

const PLACEHOLDERS = 5;
const GRID = "mt-6 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-5";

function comparison(tile: Tile, style: NumberStyle): string {
  const basis = tile.is_daily_mean ? "a day, " : "";
  if (tile.previous === null || tile.previous === 0) return `${basis}none in the period before`;
  return `${basis}${formatNumber(tile.previous, { ...style, compactFrom: TILE_COMPACT_FROM })} in the period before`;
}

interface MetricTileProps {
  tile: Tile;
  currency: string;
  isSelected: boolean;
  onSelect: () => void;
}

function MetricTile({ tile, currency, isSelected, onSelect }: MetricTileProps) {
  const style = { unit: tile.unit, currency };
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      title={tile.description}
      onClick={onSelect}
      className={clsx(
        "group flex min-w-0 flex-col rounded-xl border bg-surface p-4 text-left shadow-card transition-colors last:odd:col-span-2 lg:last:odd:col-span-1",
        isSelected ? "border-accent ring-1 ring-accent" : "border-line hover:border-line-strong",
      )}
    >
      <span className="flex w-full items-center gap-2 text-[0.8125rem] font-medium text-soft">
        <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: seriesColor(tile.metric) }} />
        <span className="truncate">{tile.label}</span>
      </span>
      <span className="mt-2 flex flex-wrap items-baseline gap-x-2.5 gap-y-1">
        <span className="text-[1.75rem] leading-tight font-semibold tracking-tight tabular-nums" data-metric={tile.metric} data-value={tile.value}>
          {formatNumber(tile.value, { ...style, compactFrom: TILE_COMPACT_FROM })}
        </span>
        {tile.change !== null && <ChangeBadge change={tile.change} />}
      </span>
      <span className="mt-1 text-xs text-muted tabular-nums">
        {comparison(tile, style)}
      </span>
      <span className="mt-3 block w-full">
        <Sparkline values={tile.trend} color={seriesColor(tile.metric)} />
      </span>
    </button>
  );
}

interface MetricTilesProps {
  overview: Overview | undefined;
  selected: string | undefined;
  onSelect: (metric: string) => void;
}

/** Each tile chooses what the chart below shows. */
export function MetricTiles({ overview, selected, onSelect }: MetricTilesProps) {
  if (overview === undefined) {
    return (
      <div className={GRID} role="status">
        <span className="sr-only">Loading numbers</span>
        {Array.from({ length: PLACEHOLDERS }, (_, index) => (
          <Skeleton key={index} className="h-40 !rounded-xl" />
        ))}
      </div>
    );
  }
  return (
    <section aria-label="Key numbers" className={GRID}>
      {overview.tiles.map((tile) => (
        <MetricTile
          key={tile.metric}
          tile={tile}
          currency={overview.currency}
          isSelected={tile.metric === selected}
          onSelect={() => onSelect(tile.metric)}
        />
      ))}
    </section>
  );
}
