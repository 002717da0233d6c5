import { type ComponentProps, useId } from "react";

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string;
  error?: string;
}

export function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : noteId}
        className="h-10 w-full rounded-lg border border-line-strong bg-surface px-3 text-[0.9375rem] text-ink aria-invalid:border-fall"
        {...input}
      />
      {note !== undefined && (
        <p id={noteId} className={`mt-1.5 text-xs ${error === undefined ? "text-muted" : "text-fall"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
