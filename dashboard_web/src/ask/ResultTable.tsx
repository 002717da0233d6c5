import { useState } from "react";
import type { Column, QueryResult } from "../api/queries";
import { Button } from "../components/Button";
import { formatPointLong, type Grain } from "../format/date";
import { formatCell } from "../format/number";

const FIRST_ROWS = 12;

function isMeasure(column: Column): boolean {
  return column.type === "number" || column.type === "integer" || column.unit != null;
}

function cell(column: Column, value: unknown, currency: string, grain: Grain | null): string {
  if ((column.type === "date" || column.type === "datetime") && typeof value === "string") return formatPointLong(value, grain);
  if (value === "" || value === null) return "(none)";
  return formatCell(value, { unit: column.unit, currency });
}

interface ResultTableProps {
  result: QueryResult;
  currency: string;
  caption: string;
  grain: Grain | null;
}

export function ResultTable({ result, currency, caption, grain }: ResultTableProps) {
  const [showsAll, setShowsAll] = useState(false);
  const rows = showsAll ? result.rows : result.rows.slice(0, FIRST_ROWS);
  const hidden = result.rows.length - rows.length;
  return (
    <div className="pb-2">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must take the focus */}
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={caption}>
        <table className="w-full text-sm">
          <caption className="sr-only">{caption}</caption>
          <thead className="text-xs text-muted">
            <tr>
              {result.columns.map((column) => (
                <th key={column.name} scope="col" className={`px-5 py-2 font-medium whitespace-nowrap ${isMeasure(column) ? "text-right" : "text-left"}`}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index} className="border-t border-line hover:bg-sunken/60">
                {result.columns.map((column, at) => (
                  <td key={column.name} className={`px-5 py-2 ${isMeasure(column) ? "text-right tabular-nums" : "max-w-96 truncate text-left"}`}>
                    {cell(column, row[at], currency, grain)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <div className="border-t border-line px-3 pt-2">
          <Button kind="quiet" onClick={() => setShowsAll(true)}>
            Show {hidden} more rows
          </Button>
        </div>
      )}
      {result.truncated && <p className="px-5 pt-2 text-xs text-muted">More rows exist; the first {result.row_count} are shown.</p>}
    </div>
  );
}
