import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./Button";

const SHOWN_MS = 2_000;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);

  // Browsers offer the clipboard on https and localhost only.
  if (!("clipboard" in navigator)) return null;

  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  }

  return (
    <Button kind="quiet" className="h-8" onClick={() => void copy()}>
      {copied ? <Check aria-hidden="true" className="size-3.5" /> : <Copy aria-hidden="true" className="size-3.5" />}
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </Button>
  );
}

/** Code that scrolls inside its own box and can be reached by keyboard. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      <div className="absolute top-1.5 right-1.5 rounded-lg bg-sunken">
        <CopyButton text={code} label={`Copy ${label}`} />
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must take the focus */}
      <pre tabIndex={0} role="group" aria-label={label} className="max-h-96 overflow-auto p-4 pt-11 font-mono text-[0.8125rem] leading-relaxed text-ink">
        <code>{code}</code>
      </pre>
    </div>
  );
}
