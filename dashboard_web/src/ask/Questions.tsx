import clsx from "clsx";
import { ArrowUpRight } from "lucide-react";

interface QuestionsProps {
  questions: string[];
  onAsk: (question: string) => void;
  className?: string;
}

/** Questions that a click asks. */
export function Questions({ questions, onAsk, className }: QuestionsProps) {
  return (
    <ul className={clsx("flex flex-wrap gap-2", className)}>
      {questions.map((question) => (
        <li key={question}>
          <button
            type="button"
            onClick={() => onAsk(question)}
            className="inline-flex items-center gap-2 rounded-lg border border-line bg-surface px-3 py-2 text-left text-sm text-ink transition-colors hover:border-accent hover:bg-accent-wash"
          >
            {question}
            <ArrowUpRight aria-hidden="true" className="size-3.5 shrink-0 text-accent" />
          </button>
        </li>
      ))}
    </ul>
  );
}
