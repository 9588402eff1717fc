// A real Mosquitto for a test, on a port of its own, and somebody who publishes there.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "./house";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.on("error", reject);
  });
}

/** A packet of MQTT: its kind, and what follows, each text with its length before it. */
function packet(kind: number, parts: Buffer[]): Buffer {
  const rest = Buffer.concat(parts);
  // Lengths of less than 128 bytes are one byte.
  expect(rest.length).toBeLessThan(128);
  return Buffer.concat([Buffer.from([kind, rest.length]), rest]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
}

export class Broker {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts one and waits until it listens. */
  static async start(): Promise<Broker> {
    const folder = mkdtempSync(join(tmpdir(), "parlour-broker-"));
    const port = await freePort();
    const user = process.getuid?.() === 0 ? "user root\n" : "";
    writeFileSync(join(folder, "conf"), `listener ${port} 127.0.0.1\nallow_anonymous true\n${user}`);
    const broker = new Broker(port, spawn("mosquitto", ["-c", join(folder, "conf")], { stdio: "ignore" }), folder);
    await expect(async () => (await opened(port)).destroy()).toPass();
    return broker;
  }

  stop(): void {
    this.process.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Publishes, and returns once the broker has it. */
  async publish(topic: string, body: string): Promise<void> {
    const socket = await opened(this.port);
    const answers: Buffer[] = [];
    socket.on("data", (bytes) => answers.push(bytes));
    const hello = Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 60])]);
    socket.write(packet(0x10, [hello, text("publisher")]));
    socket.write(packet(0x32, [text(topic), Buffer.from([0, 1]), Buffer.from(body)]));
    // To the greeting four bytes, to the message four.
    await expect(() => expect(Buffer.concat(answers).length).toBe(8)).toPass();
    socket.destroy();
  }
}
