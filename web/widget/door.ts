// The widget's way to its server: four questions, each a plain POST that needs no cookie and no leave of the browser.

export interface Line {
  id: string;
  at: string;
  by: "you" | "brand" | "machine";
  text: string;
}

export interface Told {
  lines: Line[];
  state: string;
  again_ms: number;
}

export interface Greeting {
  title: string;
  greeting: string;
  color: string;
  brand: string;
  text_bytes: number;
}

export interface Letter {
  id: string;
  text: string;
  mail: string | null;
  page: string;
}

/** Who stands at the door. */
export interface Visitor {
  token: string | null;
  user: string | null;
  signature: string | null;
}

/** An answer that is none: the server's word for why, and the field that was wrong. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

interface Failure {
  error?: { code?: string; message?: string; fields?: { path: string }[] };
}

export class Door {
  constructor(
    private readonly base: string,
    private readonly key: string,
  ) {}

  greet(): Promise<Greeting> {
    return this.ask("hello", {});
  }

  write(visitor: Visitor, letter: Letter): Promise<unknown> {
    return this.ask("write", { ...visitor, letter });
  }

  read(visitor: Visitor, since: string | null, wait: boolean, signal?: AbortSignal): Promise<Told> {
    return this.ask("read", { ...visitor, since, wait }, signal);
  }

  end(visitor: Visitor): Promise<unknown> {
    return this.ask("end", { ...visitor });
  }

  private async ask<T>(act: string, body: object, signal?: AbortSignal): Promise<T> {
    const answer = await fetch(`${this.base}widget/v1/${act}`, {
      method: "POST",
      // Plain text is asked for beforehand by no browser.
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ key: this.key, ...body }),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal,
    });
    const told: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return told as T;
    const error = (told as Failure).error ?? {};
    throw new Refused(error.code ?? "failed", error.fields?.[0]?.path ?? "", error.message ?? String(answer.status));
  }
}

/** Random letters and digits that nobody can guess. */
export function random(nBytes: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(nBytes));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
