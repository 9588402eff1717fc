// The widget: one script tag on somebody's page. Everything it shows is in a shadow of its own; it keeps nothing in the
// browser until its visitor has written something and says that it may.
import { Door } from "./door";
import { Memory } from "./memory";
import { Talk } from "./talk";
import { View } from "./view";
import { wordsOf } from "./words";

function start(script: HTMLScriptElement): void {
  const { key, user, signature, lang, into, theme } = script.dataset;
  if (!key) {
    console.warn("Parlour: the script has no `data-key`; copy the line of Settings, Sources");
    return;
  }
  const { language, words } = wordsOf(lang ?? document.documentElement.lang);
  const door = new Door(new URL(".", script.src).href, key);
  const view = new View(words, language, into ? document.getElementById(into) : null, theme);
  const talk = new Talk(door, new Memory(key), { user: user ?? null, signature: signature ?? null });
  view.show(talk);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script), { once: true });
}
