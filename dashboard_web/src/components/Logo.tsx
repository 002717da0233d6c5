export function Logo({ className }: { className?: string }) {
  return <img src="/icon.svg" alt="" className={className} />;
}
