// How the room is built: a page of its own beside the Desk's, so that neither loads what only the other needs.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    assetsDir: "assets/room",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: { input: "room.html" },
  },
});
