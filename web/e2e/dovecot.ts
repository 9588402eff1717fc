// A real mail server of a test's own: Dovecot, in whose one mailbox mail lies.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./own-server";

const PASSWORD = "s3cret";
/** Whose mail it is where the test is run by root, for whom Dovecot reads none. */
const NOBODY = 65_534;

export class Dovecot {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Dovecot> {
    const folder = mkdtempSync(join(tmpdir(), "parlour-dovecot-"));
    chmodSync(folder, 0o755);
    const isRoot = process.getuid?.() === 0;
    const [uid, gid] = isRoot ? [NOBODY, NOBODY] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    for (const part of ["mail", "mail/help", ...["", "/new", "/cur", "/tmp"].map((sub) => `mail/help/Maildir${sub}`)]) {
      mkdirSync(join(folder, part));
      if (isRoot) chownSync(join(folder, part), uid, gid);
    }
    const port = await freePort();
    const own = isRoot
      ? ""
      : ["-un", "-gn"]
          .map((flag) => execFileSync("id", [flag]).toString().trim())
          .flatMap((name, at) =>
            at === 0
              ? [`default_internal_user = ${name}`, `default_login_user = ${name}`]
              : [`default_internal_group = ${name}`],
          )
          .concat(["service anvil {\n  chroot =\n}", "service stats {\n  chroot =\n}"])
          .join("\n");
    writeFileSync(join(folder, "users"), `help:{PLAIN}${PASSWORD}:${uid}:${gid}::${folder}/mail/help::\n`);
    writeFileSync(
      join(folder, "dovecot.conf"),
      `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
${own}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
service imap-login {
${isRoot ? "" : "  chroot ="}
  inet_listener imap {
    port = ${port}
  }
}
`,
    );
    const binary = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].find((path) => existsSync(path));
    if (!binary) throw new Error("dovecot-imapd is missing; ./test installs it");
    const running = spawn(binary, ["-F", "-c", join(folder, "dovecot.conf")], { stdio: "ignore" });
    const dovecot = new Dovecot(port, folder, running);
    while (!(await dovecot.isListening())) if (running.exitCode !== null) throw new Error("Dovecot ended");
    return dovecot;
  }

  /** What Parlour is told of the mailbox. */
  mailbox() {
    return {
      host: "127.0.0.1",
      port: this.port,
      tls: "none",
      user: "help",
      password: PASSWORD,
      address: "Acme Help <help@acme.example>",
      is_from_start: true,
    };
  }

  deliver(name: string, mail: string): void {
    const path = join(this.folder, "mail/help/Maildir/new", `1700000000.${name}.test`);
    writeFileSync(path, mail.replaceAll("\n", "\r\n"));
    if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private isListening(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => setTimeout(() => resolve(false), 20));
    });
  }
}
