import clsx from "clsx";
import type { ComponentProps } from "react";

type Kind = "primary" | "quiet" | "outline";

const BASE =
  "inline-flex items-center justify-center gap-2 rounded-lg text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-60 disabled:cursor-not-allowed";

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-accent-ink px-4 h-10 hover:opacity-90",
  outline: "border border-line bg-surface text-ink px-3 h-9 hover:bg-sunken",
  quiet: "text-soft px-2.5 h-9 hover:bg-sunken hover:text-ink",
};

export function Button({ kind = "outline", className, ...rest }: ComponentProps<"button"> & { kind?: Kind }) {
  return <button type="button" className={clsx(BASE, KINDS[kind], className)} {...rest} />;
}
