// One conversation: what was said, what is on its way, and how it stands with the server. It knows no page.
import { type Door, type Greeting, type Line, Refused, random, type Visitor } from "./door";
import type { Memory } from "./memory";

/** How long until a lost connection is tried again, at first and at most. */
const REST_MS = [2_000, 60_000] as const;
/** How often it is looked for an answer while nobody looks at the panel. */
const LOOK_MS = 60_000;

/** A line that is shown, and whether it has arrived. */
export interface Shown extends Line {
  fate: "kept" | "sending" | "failed";
}

interface Pending extends Shown {
  mail: string | null;
}

export interface State {
  lines: Shown[];
  nUnseen: number;
  isLost: boolean;
  /** Whether a conversation was there that is no more. */
  hasEnded: boolean;
}

export class Talk {
  /** Told whenever something changed that is shown. */
  changed: () => void = () => {};
  /** Whether there is still anybody to tell. */
  isShown: () => boolean = () => true;
  private token: string | null;
  private identity: Pick<Visitor, "user" | "signature">;
  private lines: Line[] = [];
  private pending: Pending[] = [];
  private known: string | null = null;
  private nSeen: number;
  private isKept: boolean;
  private isLost = false;
  private hasEnded = false;
  private isOpen = false;
  private listening: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly door: Door,
    private readonly memory: Memory,
    identity: Pick<Visitor, "user" | "signature">,
  ) {
    this.identity = identity.signature ? identity : { user: null, signature: null };
    const kept = this.isSigned ? null : memory.read();
    this.token = kept?.token ?? null;
    this.nSeen = kept?.seen ?? 0;
    this.isKept = kept !== null;
    if (this.isBegun) this.look();
  }

  greet(): Promise<Greeting> {
    return this.door.greet();
  }

  get isSigned(): boolean {
    return this.identity.signature !== null;
  }

  get keeps(): boolean {
    return this.isKept;
  }

  /** Whether there may be a conversation. */
  get isBegun(): boolean {
    return this.token !== null || this.isSigned;
  }

  get state(): State {
    const arrived = new Set(this.lines.map((line) => line.id));
    const pending = this.pending.filter((line) => !arrived.has(line.id));
    const nUnseen = this.isOpen ? 0 : this.lines.slice(this.nSeen).filter((line) => line.by !== "you").length;
    const lines = [...this.lines.map((line) => ({ ...line, fate: "kept" as const })), ...pending];
    return { lines, nUnseen, isLost: this.isLost, hasEnded: this.hasEnded };
  }

  /** Says whether somebody looks, so that answers appear as they come. */
  look(isOpen = this.isOpen): void {
    this.isOpen = isOpen;
    this.see();
    this.listening?.abort();
    clearTimeout(this.timer);
    this.listening = null;
    if (this.isBegun) {
      const control = new AbortController();
      this.listening = control;
      void this.listen(control.signal);
    }
  }

  stop(): void {
    this.listening?.abort();
    clearTimeout(this.timer);
  }

  /** Writes something; throws what was wrong with it if it is not taken. */
  async write(text: string, mail: string | null, keep: boolean): Promise<void> {
    const line: Pending = {
      id: random(16),
      at: new Date().toISOString(),
      by: "you",
      text,
      fate: "sending",
      mail,
    };
    this.pending.push(line);
    await this.send(line, keep);
  }

  async again(id: string): Promise<void> {
    const line = this.pending.find((one) => one.id === id && one.fate === "failed");
    if (line) await this.send(line, this.isKept);
  }

  private async send(line: Pending, keep: boolean): Promise<void> {
    line.fate = "sending";
    this.changed();
    if (!this.isSigned) this.token ??= random(24);
    try {
      const page = location.origin + location.pathname;
      await this.door.write(this.visitor, { id: line.id, text: line.text, mail: line.mail, page });
    } catch (error) {
      if (this.dropIdentity(error)) return this.send(line, keep);
      if (this.isOver(error)) {
        this.token = null;
        return this.send(line, keep);
      }
      // What cannot be taken goes back to where it was written; what could not be sent waits to be sent again.
      const isWrong = error instanceof Refused && error.code === "invalid_request";
      if (isWrong) this.pending = this.pending.filter((one) => one !== line);
      else line.fate = "failed";
      this.changed();
      throw error;
    }
    line.fate = "kept";
    this.hasEnded = false;
    this.keep(keep);
    this.changed();
    this.look();
  }

  /** Keeps the way back in this browser, or forgets it. */
  keep(isKept: boolean): void {
    this.isKept = isKept && !this.isSigned;
    if (!this.isKept) this.memory.forget();
    else if (this.token) this.memory.write({ token: this.token, seen: this.nSeen });
  }

  /** Ends the conversation for good: nothing leads to it any more. */
  async forget(): Promise<void> {
    await this.door.end(this.visitor);
    this.clear();
    this.changed();
  }

  private clear(): void {
    this.stop();
    this.memory.forget();
    [this.token, this.known, this.nSeen, this.isKept] = [null, null, 0, false];
    this.lines = [];
    this.pending = this.pending.filter((line) => line.fate !== "kept");
  }

  private get visitor(): Visitor {
    return { token: this.isSigned ? null : this.token, ...this.identity };
  }

  private see(): void {
    if (!this.isOpen) return;
    this.nSeen = this.lines.length;
    if (this.isKept) this.keep(true);
  }

  /** A page that signs wrongly keeps nobody from writing: whoever is not believed is a visitor like others. */
  private dropIdentity(error: unknown): boolean {
    const isRefused = error instanceof Refused && error.code === "identity_refused";
    if (!isRefused || !this.isSigned || this.lines.length > 0) return false;
    console.warn(`Parlour: ${error.message}`);
    this.identity = { user: null, signature: null };
    return true;
  }

  private isOver(error: unknown): boolean {
    if (!(error instanceof Refused && error.code === "conversation_ended") || this.hasEnded) return false;
    const mine = this.pending;
    this.clear();
    this.pending = mine;
    this.hasEnded = true;
    return true;
  }

  private async listen(signal: AbortSignal): Promise<void> {
    let rest: number = REST_MS[0];
    while (!signal.aborted && this.isShown()) {
      let pause = 0;
      try {
        const told = await this.door.read(this.visitor, this.known, this.isOpen, signal);
        if (signal.aborted) return;
        rest = REST_MS[0];
        const isNews = told.state !== this.known || this.isLost;
        this.isLost = false;
        this.known = told.state;
        this.lines = told.lines;
        this.see();
        if (isNews) this.changed();
        pause = this.isOpen ? told.again_ms : LOOK_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (this.dropIdentity(error) || this.isOver(error)) {
          this.changed();
          return;
        }
        this.isLost = this.isOpen;
        this.changed();
        pause = rest;
        rest = Math.min(rest * 2, REST_MS[1]);
      }
      if (pause > 0) await this.pause(pause, signal);
    }
  }

  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
