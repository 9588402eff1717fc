// How the widget looks. Built as a sheet of its own, which no policy of the page's forbids and no rule of it reaches.

const SHEET = `
:host { all: initial; color-scheme: light dark; --ink: #1c1b19; --soft: #5c5852; --paper: #fffdf8; --line: #8d877c;
  --own: #efeae0; --bad: #a3201d; }
:host(.dark) { --ink: #ece8e0; --soft: #b8b2a7; --paper: #1f1e1b; --line: #7d776c; --own: #34322d; --bad: #ff9d94; }
@media (prefers-color-scheme: dark) { :host(:not(.light)) { --ink: #ece8e0; --soft: #b8b2a7; --paper: #1f1e1b;
  --line: #7d776c; --own: #34322d; --bad: #ff9d94; } }
* { box-sizing: border-box; font: inherit; color: inherit; margin: 0; }
.all { font: 16px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); text-align: start; }
[hidden] { display: none !important; }
button { cursor: pointer; min-height: 44px; border-radius: 8px; border: 1px solid var(--line); background: none;
  padding: 6px 14px; }
button:disabled { cursor: default; opacity: .6; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 6px var(--paper); }
.launch { position: fixed; inset-inline-end: 16px; inset-block-end: 16px; z-index: 2147483000; border: 0;
  border-radius: 24px; min-height: 48px; padding: 10px 20px; font-weight: 600; background: var(--accent);
  color: var(--on); box-shadow: 0 2px 10px #0005; }
.send { background: var(--accent); color: var(--on); border-color: transparent; font-weight: 600; }
.panel { display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--line);
  border-radius: 12px; overflow: hidden; }
.floating .panel { position: fixed; inset-inline-end: 16px; inset-block-end: 16px; z-index: 2147483001; width: 370px;
  max-height: min(640px, calc(100dvh - 32px)); box-shadow: 0 6px 30px #0006; }
header { display: flex; align-items: center; gap: 8px; padding: 6px 6px 6px 16px; background: var(--accent);
  color: var(--on); }
h2 { font-weight: 650; flex: 1; overflow-wrap: anywhere; padding: 8px 0; }
header button { border-color: transparent; min-width: 44px; font-size: 20px; line-height: 1; padding: 4px; }
header :focus-visible { outline-color: var(--on); outline-offset: -4px; box-shadow: none; }
.body { overflow-y: auto; padding: 12px 16px; display: flex; flex-direction: column; gap: 10px; }
.hello { white-space: pre-line; }
ol { list-style: none; padding: 0; display: flex; flex-direction: column; gap: 10px; }
li { max-width: 88%; padding: 8px 12px; border-radius: 10px; border: 1px solid var(--line); align-self: flex-start;
  overflow-wrap: anywhere; }
li.you { align-self: flex-end; background: var(--own); border-color: transparent; }
li p { white-space: pre-wrap; }
.by, .hint { font-size: 14px; color: var(--soft); }
form { display: flex; flex-direction: column; gap: 8px; }
label { display: block; }
textarea, input[type=email] { width: 100%; background: none; border: 1px solid var(--line); border-radius: 8px;
  padding: 8px 10px; margin-top: 4px; }
textarea { min-height: 84px; resize: vertical; }
.keep { display: flex; gap: 10px; align-items: flex-start; font-size: 15px; padding: 6px 0; min-height: 44px; }
.keep input { width: 20px; height: 20px; flex: none; margin: 1px 0 0; accent-color: var(--accent); }
.bad { color: var(--bad); }
.plain { border: 0; text-decoration: underline; padding: 6px 0; font-size: 14px; color: var(--soft);
  align-self: flex-start; }
@media (max-width: 480px) { .floating .panel { inset: auto 0 0 0; width: auto; max-height: 100dvh;
  border-radius: 12px 12px 0 0; } }
`;

/** Gives a shadow its looks, by a sheet where the browser can, since a page may forbid style elements. */
export function dress(shadow: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = SHEET;
    shadow.append(style);
  }
}

const OURS = "#7a1f3d";

/** The colour of the button, and one for what stands on it that can be read. */
export function colour(host: HTMLElement, wanted: string): void {
  const accent = /^#[0-9a-f]{6}$/i.test(wanted) ? wanted : OURS;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(accent.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  host.style.setProperty("--accent", accent);
  host.style.setProperty("--on", light > 0.179 ? "#000" : "#fff");
}
