import { useNavigate } from "@tanstack/react-router";
import { QuestionForm } from "../ask/QuestionForm";

/** The question box, where people already look; the answer has a page of its own. */
export function AskBar({ project }: { project: string }) {
  const navigate = useNavigate();
  return (
    <QuestionForm
      className="mt-5"
      initial=""
      onAsk={(question) => void navigate({ to: "/ask", search: { project, q: question } })}
    />
  );
}
