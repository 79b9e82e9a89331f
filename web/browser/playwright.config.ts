import { defineConfig } from "@playwright/test";

// Debian's Chromium unless another one is named; none is downloaded.
const executablePath = process.env.LEAVEWORD_TEST_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  outputDir: "../node_modules/.browser-results",
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  // How quick something is some tests say; the others wait for it on a machine that has other things to do.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["./budgets.ts"]],
  use: {
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: "retain-on-failure",
    // What fades in has colours of its own meanwhile.
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath,
      // Chromium as root has no sandbox; the others keep it from talking to anybody but the tests.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: ["widget", "console"].map((name) => ({ name, testDir: `../${name}/e2e` })),
});
