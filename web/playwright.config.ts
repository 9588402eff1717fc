// The Desk in a real browser against a real server that holds the CDNOW sample.
//   PARLOUR_URL           where it answers, such as http://127.0.0.1:7272
//   PARLOUR_SIGN_IN       a one-time link that is not used yet (`parlour sign-in` prints one)
//   PARLOUR_EMPTY_SIGN_IN a one-time link of another server that holds nothing yet; without it the empty state is not tried
//   PARLOUR_INTAKE_SIGN_IN the same of a third one, to which sources then send; without it that is not tried
//   PARLOUR_BINARY        the program that the test of people of the Desk starts for itself, unless ../target/release/parlour
//   PARLOUR_VISITORS_SIGN_IN the same of a fourth one, to which visitors then write; without it that is not tried
//   PARLOUR_CHROMIUM      the browser, unless it is /usr/bin/chromium
import { defineConfig, devices } from "@playwright/test";
import { SESSION, VISITORS_SESSION } from "./e2e/house";

const signedIn = { storageState: SESSION };
const emptyHouse = process.env.PARLOUR_EMPTY_SIGN_IN ? [{ name: "empty", testMatch: "empty.spec.ts" }] : [];
const intake = process.env.PARLOUR_INTAKE_SIGN_IN ? [{ name: "intake", testMatch: "intake.spec.ts" }] : [];

const visitorsLink = process.env.PARLOUR_VISITORS_SIGN_IN;
const visited = { baseURL: visitorsLink?.split("/sign-in")[0], storageState: VISITORS_SESSION };
const visitors = visitorsLink
  ? [
      { name: "visitors-sign-in", testMatch: "visitors.spec.ts" },
      {
        name: "visitors",
        testMatch: ["widget.spec.ts", "talk.spec.ts"],
        dependencies: ["visitors-sign-in"],
        use: visited,
      },
    ]
  : [];

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    channel: undefined,
    baseURL: process.env.PARLOUR_URL,
    locale: "en-GB",
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.PARLOUR_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    },
  },
  projects: [
    { name: "sign-in", testMatch: "sign-in.spec.ts" },
    {
      name: "pages",
      testIgnore: [
        "sign-in.spec.ts",
        "sign-out.spec.ts",
        "empty.spec.ts",
        "intake.spec.ts",
        "visitors.spec.ts",
        "widget.spec.ts",
        "talk.spec.ts",
        "staff.spec.ts",
        "mail.spec.ts",
        "room.spec.ts",
        "known.spec.ts",
        "offers.spec.ts",
        "touch.spec.ts",
        "room-life.spec.ts",
      ],
      dependencies: ["sign-in"],
      use: signedIn,
    },
    { name: "staff", testMatch: ["staff.spec.ts", "mail.spec.ts"] },
    {
      name: "room",
      testMatch: ["room.spec.ts", "room-life.spec.ts", "touch.spec.ts", "offers.spec.ts", "known.spec.ts"],
    },
    { name: "sign-out", testMatch: "sign-out.spec.ts", dependencies: ["pages"], use: signedIn },
    ...emptyHouse,
    ...intake,
    ...visitors,
  ],
});
