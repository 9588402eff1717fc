// What is seen of the widget: a button, and a panel with what was said and a place to write.
import { Refused } from "./door";
import { colour, dress } from "./style";
import type { Shown, Talk } from "./talk";
import type { Words } from "./words";

type Children = (Node | string)[];

function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: Children
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export class View {
  private readonly host = el("div", { "data-parlour-widget": "" });
  private readonly launch: HTMLButtonElement;
  private readonly panel: HTMLElement;
  private readonly title: HTMLElement;
  private readonly hello: HTMLElement;
  private readonly log = el("ol", { role: "log", "aria-live": "polite" });
  private readonly text = el("textarea", { rows: "3", maxlength: "8000", required: "" });
  private readonly mail = el("input", { type: "email", autocomplete: "email" });
  private readonly mailLabel: HTMLElement;
  private readonly keep = el("input", { type: "checkbox" });
  private readonly keepLabel: HTMLElement;
  private readonly hint: HTMLElement;
  private readonly send: HTMLButtonElement;
  private readonly status = el("p", { role: "status", class: "hint" });
  private readonly forget: HTMLButtonElement;
  private readonly scroll = el("div", { class: "body" });
  private brand = "";
  private isGreeted = false;

  constructor(
    private readonly words: Words,
    private readonly language: string,
    private readonly into: HTMLElement | null,
    theme: string | undefined,
  ) {
    if (theme === "dark" || theme === "light") this.host.className = theme;
    this.launch = el("button", {
      type: "button",
      class: "launch",
      "aria-expanded": "false",
      "aria-haspopup": "dialog",
    });
    this.title = el("h2", { id: "title" }, words.open);
    this.hello = el("p", { class: "hello" }, words.greeting);
    this.mailLabel = el("label", {}, words.mail, this.mail);
    this.keepLabel = el("label", { class: "keep" }, this.keep, el("span", {}, words.keep));
    this.hint = el("p", { class: "hint", id: "hint" }, words.unkept);
    this.send = el("button", { class: "send" }, words.send);
    this.forget = el("button", { type: "button", class: "plain" }, words.forget);
    this.panel = el("section", { class: "panel", role: into ? "region" : "dialog", "aria-labelledby": "title" });
    this.build();
  }

  private build(): void {
    const { words } = this;
    const shadow = this.host.attachShadow({ mode: "open" });
    dress(shadow);
    colour(this.host, "");
    const close = el("button", { type: "button", "aria-label": words.close }, "×");
    close.addEventListener("click", () => this.close());
    this.keep.setAttribute("aria-describedby", "hint");
    const form = el("form", { novalidate: "" }, el("label", {}, words.text, this.text), this.mailLabel, this.keepLabel);
    form.append(this.hint, this.status, this.send);
    this.scroll.append(this.hello, this.log, form, this.forget);
    const header = el("header", {}, this.title);
    if (!this.into) header.append(close);
    this.panel.append(header, this.scroll);
    const all = el("div", { class: this.into ? "all" : "all floating", lang: this.language });
    all.append(this.panel);
    if (!this.into) {
      all.append(this.launch);
      this.panel.hidden = true;
    }
    shadow.append(all);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.into) this.close();
    });
    (this.into ?? document.body).append(this.host);
  }

  /** Lets somebody see a conversation and write in it. */
  show(talk: Talk): void {
    talk.changed = () => (this.host.isConnected ? this.draw(talk) : talk.stop());
    talk.isShown = () => this.host.isConnected;
    this.launch.addEventListener("click", () => this.open(talk));
    this.close = () => {
      this.panel.hidden = true;
      this.launch.hidden = false;
      this.launch.focus();
      talk.look(false);
    };
    this.panel.querySelector("form")?.addEventListener("submit", () => void this.submit(talk));
    this.keep.checked = talk.keeps;
    this.keep.addEventListener("change", () => {
      // Before anything is written there is nothing to keep.
      if (talk.isBegun) talk.keep(this.keep.checked);
      this.draw(talk);
    });
    this.forget.addEventListener("click", () => {
      talk.forget().then(
        () => {
          this.keep.checked = false;
          this.say(this.words.forgotten);
          this.text.focus();
        },
        () => this.say(this.words.failed, true),
      );
    });
    this.draw(talk);
    if (this.into) this.open(talk, false);
  }

  private close: () => void = () => {};

  private open(talk: Talk, isFocused = true): void {
    this.panel.hidden = false;
    this.launch.hidden = true;
    talk.look(true);
    this.draw(talk);
    if (isFocused) this.text.focus();
    this.scroll.scrollTop = this.scroll.scrollHeight;
    if (this.isGreeted) return;
    this.isGreeted = true;
    talk.greet().then(
      ({ title, greeting, color, brand, text_bytes }) => {
        if (title) this.title.textContent = title;
        if (greeting) this.hello.textContent = greeting;
        this.brand = brand;
        this.text.maxLength = text_bytes;
        colour(this.host, color);
        this.draw(talk);
      },
      (error: unknown) => {
        this.isGreeted = false;
        if (error instanceof Refused) console.warn(`Parlour: ${error.message}`);
        this.say(this.words.lost, true);
      },
    );
  }

  private async submit(talk: Talk): Promise<void> {
    const [text, mail] = [this.text.value.trim(), this.mail.value.trim()];
    this.mark(this.mail, mail !== "" && !this.mail.validity.valid);
    this.mark(this.text, text === "");
    if (text === "" || !this.mail.validity.valid) {
      this.say(text === "" ? this.words.badText : this.words.badMail, true);
      (text === "" ? this.text : this.mail).focus();
      return;
    }
    this.send.disabled = true;
    this.text.value = "";
    this.say(this.words.sending);
    try {
      await talk.write(text, mail || null, this.keep.checked);
      this.say(this.words.sent);
    } catch (error) {
      const [words, field] = this.why(error);
      this.say(words, true);
      if (field) {
        this.mark(field, true);
        // What was not taken is still there to be mended.
        this.text.value = text;
        field.focus();
      }
    }
    this.send.disabled = false;
    this.draw(talk);
  }

  private why(error: unknown): [string, HTMLElement | null] {
    const { words } = this;
    if (!(error instanceof Refused)) return [words.failed, null];
    if (error.code === "identity_refused") return [words.signedOut, null];
    if (error.code === "too_many_events") return [words.tooMuch, null];
    if (error.field === "mail") return [words.badMail, this.mail];
    if (error.field === "text" || error.code === "invalid_request") return [words.badText, this.text];
    return [words.failed, null];
  }

  private mark(field: HTMLElement, isWrong: boolean): void {
    if (isWrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  private say(text: string, isBad = false): void {
    this.status.textContent = text;
    this.status.classList.toggle("bad", isBad);
  }

  private draw(talk: Talk): void {
    const { lines, nUnseen, isLost, hasEnded } = talk.state;
    const { words } = this;
    this.launch.textContent = nUnseen > 0 ? `${words.news} (${nUnseen})` : words.open;
    this.hello.hidden = lines.length > 0;
    this.mailLabel.hidden = lines.some((line) => line.fate === "kept") && this.mail.value !== "" && !this.isMailWrong;
    this.keepLabel.hidden = talk.isSigned;
    this.hint.hidden = talk.isSigned || this.keep.checked;
    this.forget.hidden = lines.length === 0 || talk.isSigned;
    if (isLost) this.say(words.lost, true);
    else if (this.status.textContent === words.lost) this.say("");
    if (hasEnded && this.status.textContent === "") this.say(words.ended);
    const isAtEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
    const had = this.log.childElementCount;
    this.lay(lines, talk);
    if (isAtEnd && this.log.childElementCount > had) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  private get isMailWrong(): boolean {
    return this.mail.hasAttribute("aria-invalid");
  }

  /** Lays lines out, leaving those that are there already, so that nothing is read out twice. */
  private lay(lines: Shown[], talk: Talk): void {
    const old = new Map(Array.from(this.log.children, (item) => [item.getAttribute("data-id"), item]));
    const items = lines.map((line) => {
      const known = old.get(line.id);
      if (known?.getAttribute("data-fate") === line.fate) return known;
      const item = this.item(line, talk);
      known?.replaceWith(item);
      return item;
    });
    const wanted = new Set<Element>(items);
    for (const item of Array.from(this.log.children)) if (!wanted.has(item)) item.remove();
    items.forEach((item, at) => {
      if (this.log.children[at] !== item) this.log.insertBefore(item, this.log.children[at] ?? null);
    });
  }

  private item(line: Shown, talk: Talk): HTMLElement {
    const { words } = this;
    const name = line.by === "you" ? words.you : this.brand || "";
    const when = new Date(line.at);
    const isToday = when.toDateString() === new Date().toDateString();
    const own = navigator.language.toLowerCase().startsWith(this.language) ? navigator.language : this.language;
    const clock = new Intl.DateTimeFormat(own, {
      ...(isToday ? {} : { day: "numeric", month: "short" }),
      hour: "numeric",
      minute: "2-digit",
    });
    const state = line.fate === "sending" ? ` · ${words.sending}` : line.by === "machine" ? ` · ${words.machine}` : "";
    const by = el(
      "p",
      { class: "by" },
      el("b", {}, name),
      " ",
      el("time", { datetime: line.at }, clock.format(when)),
      state,
    );
    const item = el("li", { class: line.by, "data-id": line.id, "data-fate": line.fate });
    item.append(by, el("p", { dir: "auto" }, line.text));
    if (line.fate === "failed") {
      const again = el("button", { type: "button" }, words.again);
      again.addEventListener("click", () => {
        talk.again(line.id).then(
          () => this.say(words.sent),
          (error: unknown) => this.say(this.why(error)[0], true),
        );
      });
      item.append(el("p", { class: "bad" }, words.failed), again);
    }
    return item;
  }
}
