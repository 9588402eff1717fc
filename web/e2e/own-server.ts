// A Parlour of a test's own, with settings of its own, on a port of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = process.env.PARLOUR_BINARY ?? resolve("..", "target/release/parlour");

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address ? address.port : 0;
}

export class OwnServer {
  private output = "";

  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    const hear = (bytes: Buffer) => {
      this.output += bytes.toString();
    };
    process.stdout?.on("data", hear);
    process.stderr?.on("data", hear);
  }

  /** Starts one and waits until it has printed its first link. */
  static async start(settings: string, port: number): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), "parlour-staff-"));
    writeFileSync(join(folder, "parlour.toml"), settings);
    const child = spawn(BINARY, ["--data", folder, "serve", "--listen", `127.0.0.1:${port}`]);
    const server = new OwnServer(port, child, folder);
    await server.says(/\/sign-in\?token=\w+/);
    return server;
  }

  /** Waits until it has printed something, and returns that. */
  async says(pattern: RegExp): Promise<string> {
    const isOver = new Promise<never>((_, refuse) => {
      this.process.once("exit", () => refuse(new Error(`Parlour ended: ${this.output}`)));
    });
    const found = new Promise<string>((done) => {
      const look = () => {
        const match = pattern.exec(this.output)?.[0];
        if (match !== undefined) done(match);
        return match !== undefined;
      };
      if (!look()) this.process.stdout?.on("data", look);
    });
    return Promise.race([found, isOver]);
  }

  /** The link of its start, under the name that passkeys can belong to. */
  async link(): Promise<string> {
    const found = await this.says(/\/sign-in\?token=\w+/);
    return `http://localhost:${this.port}${found}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
