import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { api, ApiError, unwrap } from "../api/client";
import { registrationQuery } from "../api/queries";
import { AccountPage } from "../components/AccountPage";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { ErrorNotice } from "../components/Notice";

const SHORTEST_PASSWORD = 10;

const EMPTY = { first_name: "", last_name: "", email: "", password: "" };

function problemOf(error: Error | null, field: keyof typeof EMPTY): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.problem.errors?.find((each) => each.field === field)?.reason;
}

export function RegisterPage() {
  const { invitation } = useSearch({ from: "/register" });
  const queryClient = useQueryClient();
  const router = useRouter();
  const [values, setValues] = useState(EMPTY);
  const { data: registration } = useQuery(registrationQuery);
  const isFirst = registration?.mode === "first_account";

  const register = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/auth/register", {
          body: { ...values, invitation, deliver: "cookie", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        }),
      ),
    onSuccess: () => {
      queryClient.clear();
      router.history.push("/");
    },
  });

  const field = (name: keyof typeof EMPTY) => ({
    name,
    value: values[name],
    error: problemOf(register.error, name),
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    register.mutate();
  }

  return (
    <AccountPage
      title={isFirst ? "Create the first account" : "Create your account"}
      intro={isFirst ? "It owns this server: its projects, its people and its settings." : "You need the invitation link that you were sent."}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {register.error !== null && <ErrorNotice error={register.error} />}
        <div className="grid grid-cols-2 gap-3">
          <Field label="First name" autoComplete="given-name" {...field("first_name")} />
          <Field label="Last name" autoComplete="family-name" {...field("last_name")} />
        </div>
        <Field label="E-mail" type="email" autoComplete="username" required {...field("email")} />
        <Field
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST_PASSWORD}
          hint={`At least ${SHORTEST_PASSWORD} characters; a short sentence works well.`}
          {...field("password")}
        />
        <Button type="submit" kind="primary" disabled={register.isPending} className="mt-1">
          {register.isPending ? "Creating…" : "Create account"}
        </Button>
      </form>
      {!isFirst && (
        <p className="mt-6 text-sm text-muted">
          Have an account?{" "}
          <Link to="/login" className="font-medium text-accent underline underline-offset-4">
            Sign in
          </Link>
        </p>
      )}
    </AccountPage>
  );
}
