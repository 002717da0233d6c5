import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, useRouter, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import { registrationQuery } from "../api/queries";
import { AccountPage } from "../components/AccountPage";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { ErrorNotice } from "../components/Notice";
import { localPath } from "../session";

export function LoginPage() {
  const { redirect } = useSearch({ from: "/login" });
  const queryClient = useQueryClient();
  const router = useRouter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { data: registration } = useQuery(registrationQuery);

  const login = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/login", { body: { email, password, deliver: "cookie" } })),
    onSuccess: () => {
      queryClient.clear();
      router.history.push(localPath(redirect));
    },
  });

  if (registration?.mode === "first_account") return <Navigate to="/register" />;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    login.mutate();
  }

  return (
    <AccountPage title="Sign in" intro="Your product’s numbers, on your own server.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {login.error !== null && <ErrorNotice error={login.error} />}
        <Field label="E-mail" type="email" name="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <Field
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" kind="primary" disabled={login.isPending} className="mt-1">
          {login.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
      {registration?.mode === "invitation" && (
        <p className="mt-6 text-sm text-muted">
          Invited?{" "}
          <Link to="/register" className="font-medium text-accent underline underline-offset-4">
            Create your account
          </Link>
        </p>
      )}
    </AccountPage>
  );
}
