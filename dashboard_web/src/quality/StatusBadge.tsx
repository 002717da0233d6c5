import clsx from "clsx";
import { CircleCheck, CircleX, type LucideIcon, TriangleAlert } from "lucide-react";
import type { CheckStatus } from "../api/queries";

export const STATUS_STYLE: Record<CheckStatus, { label: string; icon: LucideIcon; ink: string; wash: string; bar: string }> = {
  failed: { label: "Failed", icon: CircleX, ink: "text-fall", wash: "bg-fall-wash", bar: "bg-fall h-5" },
  warned: { label: "Warned", icon: TriangleAlert, ink: "text-caution", wash: "bg-caution-wash", bar: "bg-caution h-4" },
  passed: { label: "Passed", icon: CircleCheck, ink: "text-rise", wash: "bg-rise-wash", bar: "bg-rise h-2.5" },
};

export function StatusBadge({ status }: { status: CheckStatus }) {
  const { label, icon: Icon, ink, wash } = STATUS_STYLE[status];
  return (
    <span className={clsx("inline-flex items-center gap-1.5 rounded-md px-2 py-1 text-xs font-semibold", ink, wash)}>
      <Icon aria-hidden="true" className="size-3.5 shrink-0" />
      {label}
    </span>
  );
}
