import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/queries";
import "./index.css";
import { createAppRouter } from "./router";
import { endedSessionGoesToLogin } from "./session";

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
endedSessionGoesToLogin(queryClient, router);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
