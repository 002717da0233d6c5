import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const API = process.env.DASHBOARD_URL ?? "http://127.0.0.1:3000";

/** Copies Swagger UI beside the bundle, so that /api/docs needs no other host. */
function swaggerUi(): Plugin {
  return {
    name: "swagger-ui",
    apply: "build",
    writeBundle({ dir }) {
      const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
      const target = join(dir ?? "dist", "swagger-ui");
      mkdirSync(target, { recursive: true });
      for (const file of ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"]) {
        copyFileSync(join(source, file), join(target, file));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), swaggerUi()],
  server: { proxy: { "/api": { target: API, ws: true } } },
  build: { target: "es2022", chunkSizeWarningLimit: 700 },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
