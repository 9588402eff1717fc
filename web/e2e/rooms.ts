// A Parlour of a test's own for people with rooms, and its Desk, which lets them in.
import type { APIRequestContext, PlaywrightWorkerArgs } from "@playwright/test";
import { expect } from "./house";
import { freePort, OwnServer } from "./own-server";

export class Rooms {
  private constructor(
    readonly base: string,
    readonly desk: APIRequestContext,
    private readonly server: OwnServer,
  ) {}

  /** Starts one, with the sample in it where it is wanted. */
  static async start(playwright: PlaywrightWorkerArgs["playwright"], { sample = false } = {}): Promise<Rooms> {
    const server = await OwnServer.start("", await freePort());
    const base = `http://localhost:${server.port}`;
    const desk = await playwright.request.newContext({ baseURL: base });
    const token = (await server.link()).split("token=")[1];
    expect((await desk.post("/api/v1/session", { data: { token } })).ok()).toBe(true);
    if (sample) {
      expect((await desk.post("/api/v1/sample")).ok()).toBe(true);
      // Its rooms come last.
      const clara = async () => (await desk.get("/@clara")).status();
      await expect.poll(clara, { timeout: 60_000 }).toBe(200);
    }
    return new Rooms(base, desk, server);
  }

  async stop(): Promise<void> {
    await this.desk.dispose();
    await this.server.stop();
  }

  /** The token of a link that opens a room once; of somebody who is known already, where they are named. */
  async invitation(person = ""): Promise<string> {
    const invited = await this.desk.post("/api/v1/members/invitations", { data: { person } });
    return (await invited.json()).link.split("token=")[1];
  }
}

/** A handle that no other run has. */
export const fresh = (name: string) =>
  `${name}_${Math.random()
    .toString(36)
    .replace(/[^a-z]/g, "")
    .slice(0, 8)}a`;
