import { defineConfig } from "vitest/config";

// A machine that does other things beside is slow.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 } });
