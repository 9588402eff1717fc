// The frame round every page: the pages at the left (below, where it is narrow), the palette, the help, the keys.
import { useMantineColorScheme } from "@mantine/core";
import { Suspense, useEffect, useRef, useState } from "react";
import { NavLink, Outlet, ScrollRestoration, useLocation } from "react-router";
import { useOpenAlerts } from "../api/alerts";
import { useRights } from "../api/session";
import { useWorkspace } from "../api/workspace";
import { useKeys } from "../keys";
import { Empty } from "../pages/today/empty";
import { useScope } from "../scope";
import { Help } from "./help";
import { ALERTS, mine, PAGES } from "./pages";
import { Palette } from "./palette";
import { Waiting } from "./states";

const SCHEMES = ["auto", "light", "dark"] as const;
const SCHEME_WORDS = { auto: "as the system", light: "light", dark: "dark" };

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = SCHEMES[(SCHEMES.indexOf(colorScheme) + 1) % SCHEMES.length] ?? "auto";
  return (
    <button
      type="button"
      onClick={() => setColorScheme(next)}
      aria-label={`Colours: ${SCHEME_WORDS[colorScheme]}. Change to ${SCHEME_WORDS[next]}.`}
    >
      <span>
        <span aria-hidden="true">◐</span> <span className="wide">Colours: {SCHEME_WORDS[colorScheme]}</span>
      </span>
    </button>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      aria-hidden="true"
    >
      <path d={path} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}

/** The bell: how many alerts nobody looked at yet. */
function Bell() {
  const { to } = useScope();
  const { data: n = 0 } = useOpenAlerts();
  return (
    <NavLink to={to(ALERTS.path)} className="bell" aria-label={n === 0 ? "Alerts" : `Alerts, ${n} not looked at yet`}>
      <Icon path={ALERTS.icon} />
      {n === 0 ? null : <span aria-hidden="true">{n > 99 ? "99+" : n}</span>}
    </NavLink>
  );
}

interface RailProps {
  onPalette: () => void;
  onHelp: () => void;
}

function Rail({ onPalette, onHelp }: RailProps) {
  const { to } = useScope();
  const { data } = useWorkspace();
  const rights = useRights();
  return (
    <header className="rail">
      <div className="rail-head">
        <NavLink to={to("/")} className="rail-name">
          Parlour
        </NavLink>
        <Bell />
      </div>
      <nav aria-label="Pages">
        {mine(PAGES, rights).map((page) => (
          <NavLink key={page.path} to={to(page.path)} end={page.path === "/"} className="page">
            <Icon path={page.icon} />
            {page.name}
          </NavLink>
        ))}
      </nav>
      <div className="rail-foot">
        <button type="button" onClick={onPalette}>
          <span>Find</span> <kbd>Ctrl K</kbd>
        </button>
        <SchemeButton />
        <button type="button" onClick={onHelp} className="wide" aria-label="Keys">
          <span>Keys</span> <kbd>?</kbd>
        </button>
        {data ? <p>Parlour {data.version}</p> : null}
      </div>
    </header>
  );
}

/** Pages that mean something before there are people. */
const NEEDS_NO_PEOPLE = ["/settings", "/explore", "/alerts", "/asks", "/answers", "/talk"];

export function Shell() {
  const [isPaletteOpen, setPalette] = useState(false);
  const [isHelpOpen, setHelp] = useState(false);
  const { pathname } = useLocation();
  const { data: workspace } = useWorkspace();
  const room = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useKeys({ openPalette: () => setPalette(true), openHelp: () => setHelp(true) });

  useEffect(() => {
    if (before.current !== pathname) room.current?.focus({ preventScroll: true });
    before.current = pathname;
    // Where the pages stand in a bar that is too short for them, the one that is open is moved into sight.
    document.querySelector(".rail nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);

  const isEmpty = workspace?.has_data === false && !NEEDS_NO_PEOPLE.includes(pathname);
  return (
    <div className="shell">
      <a className="skip" href="#room">
        Skip to the page
      </a>
      <Rail onPalette={() => setPalette(true)} onHelp={() => setHelp(true)} />
      <main id="room" className="room" ref={room} tabIndex={-1}>
        <Suspense fallback={<Waiting />}>
          {isEmpty ? <Empty importLine={workspace.import_line} /> : <Outlet />}
        </Suspense>
      </main>
      <Palette isOpen={isPaletteOpen} onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />
      <Help isOpen={isHelpOpen} onClose={() => setHelp(false)} />
      <ScrollRestoration />
    </div>
  );
}
