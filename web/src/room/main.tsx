// Where the room starts. It shares the Desk's colours and parts, and nothing else.
import "@mantine/core/styles.layer.css";
import "../styles/tokens.css";
import "../styles/base.css";
import "./room.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isPassing } from "../api/client";
import { resolver, theme } from "../theme";
import { Room } from "./app";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Without a network the service worker answers with what was seen last.
      networkMode: "always",
      retry: (nTries, error) => nTries < 1 && isPassing(error),
      refetchOnWindowFocus: false,
      staleTime: 30_000,
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("room.html has no element #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Room />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

if ("serviceWorker" in navigator && window.isSecureContext && import.meta.env.PROD) {
  // Without one the room works, but not without a network.
  navigator.serviceWorker.register("/room-worker.js", { scope: "/room" }).catch(() => undefined);
}
