// What this browser keeps of a conversation: nothing, until its visitor says so.

/** What leads back to a conversation, and how many lines of it were seen. */
export interface Kept {
  token: string;
  seen: number;
}

export class Memory {
  private readonly name: string;

  constructor(key: string) {
    this.name = `parlour-${key}`;
  }

  read(): Kept | null {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.name) ?? "null");
      if (kept && typeof kept === "object" && "token" in kept && typeof kept.token === "string") {
        const seen = "seen" in kept && typeof kept.seen === "number" ? kept.seen : 0;
        return { token: kept.token, seen };
      }
    } catch {
      // A browser that keeps nothing, or something that is not ours.
    }
    return null;
  }

  write(kept: Kept): void {
    try {
      localStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      // It is found as long as the page is open.
    }
  }

  forget(): void {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept.
    }
  }
}
