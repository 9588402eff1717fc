// How the Desk is built: static files under dist/, embedded by the server. `npm run dev` passes /api on to a running server.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.PARLOUR_URL ?? "http://127.0.0.1:7272";

export default defineConfig({
  plugins: [react()],
  // Nothing is inlined as data: URLs, because the content security policy allows only our own origin.
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 800 },
  server: { proxy: { "/api": server } },
  test: { include: ["src/**/*.test.{ts,tsx}", "widget/**/*.test.ts"], environment: "node" },
});
