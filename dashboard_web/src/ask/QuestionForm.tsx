import clsx from "clsx";
import { ArrowRight, Sparkles } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { Button } from "../components/Button";

interface QuestionFormProps {
  initial: string;
  onAsk: (question: string) => void;
  isBusy?: boolean;
  className?: string;
}

const LONGEST_QUESTION = 1000;

export function QuestionForm({ initial, onAsk, isBusy = false, className }: QuestionFormProps) {
  const [question, setQuestion] = useState(initial);
  const id = useId();

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const asked = question.trim();
    if (asked !== "") onAsk(asked);
  }

  return (
    <form role="search" onSubmit={submit} className={clsx("relative", className)}>
      <label htmlFor={id} className="sr-only">
        Ask a question about your data
      </label>
      <Sparkles aria-hidden="true" className="pointer-events-none absolute top-1/2 left-4 size-4.5 -translate-y-1/2 text-accent" />
      <input
        id={id}
        type="text"
        value={question}
        maxLength={LONGEST_QUESTION}
        autoComplete="off"
        placeholder="Ask about your data, e.g. top 5 pages last week"
        onChange={(event) => setQuestion(event.target.value)}
        className="h-12 w-full rounded-xl border border-line bg-surface pr-24 pl-11 text-[0.9375rem] text-ink shadow-card placeholder:text-muted"
      />
      <Button type="submit" kind="primary" disabled={isBusy} className="!absolute top-1.5 right-1.5 !h-9">
        Ask
        <ArrowRight aria-hidden="true" className="size-4" />
      </Button>
    </form>
  );
}
