// How the widget is built: one script without imports, dist/widget.js, which pages of others load by that name.
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: false,
    lib: { entry: "widget/main.ts", formats: ["iife"], name: "ParlourWidget", fileName: () => "widget.js" },
  },
});
