import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` stands in front of a server that runs already.
const desk = process.env.LEAVEWORD_URL ?? "http://127.0.0.1:8080";
const passedOn = ["/graphql", "/images", "/files", "/uploads", "/widget.js", "/widget"];

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 1200 },
  server: {
    proxy: Object.fromEntries(passedOn.map((path) => [path, { target: desk, ws: path === "/graphql" }])),
  },
  // A machine that does other things beside is slow.
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 60_000 },
});
