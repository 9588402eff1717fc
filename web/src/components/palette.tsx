// The command palette: pages, people, objects and things to do, from one field.
import { Modal, TextInput, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useNavigate } from "react-router";
import { useFoundPeople } from "../api/people";
import { useRights } from "../api/session";
import { useWorkspace } from "../api/workspace";
import { useScope, useUrl } from "../scope";
import { ALERTS, mine, PAGES, SETTINGS_TABS } from "./pages";
import { personPath } from "./person-lines";
import { useLeave } from "./use-leave";

interface Entry {
  id: string;
  group: "Pages" | "Settings" | "People" | "Objects" | "To do";
  name: string;
  note?: string;
  run: () => void;
}

interface PaletteProps {
  isOpen: boolean;
  onClose: () => void;
  onHelp: () => void;
}

/** Whether every word asked for begins or is in the name. */
export function isMatch(name: string, asked: string): boolean {
  const low = name.toLowerCase();
  return asked
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}

function useActions(onHelp: () => void): Entry[] {
  const { setColorScheme } = useMantineColorScheme();
  const leave = useLeave();
  const action = (name: string, run: () => void, note?: string): Entry => ({
    id: `do-${name}`,
    group: "To do",
    name,
    note,
    run,
  });
  return [
    action("Copy a link to this page", () => void navigator.clipboard?.writeText(location.href)),
    action("Light colours", () => setColorScheme("light")),
    action("Dark colours", () => setColorScheme("dark")),
    action("Colours as the system has them", () => setColorScheme("auto")),
    action("Show the keys", onHelp, "?"),
    action("Sign out", leave),
  ];
}

function useEntries(asked: string, onHelp: () => void): Entry[] {
  const navigate = useNavigate();
  const { to } = useScope();
  const { set } = useUrl();
  const { data: workspace } = useWorkspace();
  const [settled] = useDebouncedValue(asked.trim(), 150);
  const found = useFoundPeople(settled);
  const actions = useActions(onHelp);
  const rights = useRights();
  const pages: Entry[] = mine([...PAGES, ALERTS], rights).map((page) => ({
    id: `page-${page.path}`,
    group: "Pages",
    name: page.name,
    note: page.about,
    run: () => navigate(to(page.path)),
  }));
  const settings: Entry[] = mine(SETTINGS_TABS, rights).map(({ tab, name, about }) => ({
    id: `settings-${tab}`,
    group: "Settings",
    name,
    note: about,
    run: () => navigate(to("/settings", `tab=${tab}`)),
  }));
  const newSource: Entry = {
    id: "do-new-source",
    group: "To do",
    name: "New source",
    note: "its key, and the lines to send with",
    run: () => navigate(to("/settings", "tab=sources&source=new")),
  };
  const objects: Entry[] = (workspace?.objects ?? []).map((object) => ({
    id: `object-${object.name}`,
    group: "Objects",
    name: object.title,
    note: object.kind,
    run: () => set({ object: object.name === workspace?.default_object ? null : object.name }),
  }));
  const people: Entry[] = (settled.length > 1 ? (found.data?.rows ?? []) : []).map((row) => ({
    id: `person-${row.person}`,
    group: "People",
    name: row.name,
    note: row.person,
    run: () => navigate(to(personPath(row.person))),
  }));
  const isAsked = (entry: Entry) => asked.trim() === "" || isMatch(`${entry.name} ${entry.note ?? ""}`, asked.trim());
  return [
    ...pages.filter(isAsked),
    // Without a word they would fill the list before it says who is here.
    ...(asked.trim() === "" ? [] : settings.filter(isAsked)),
    ...people,
    ...objects.filter(isAsked).slice(0, 8),
    ...[...(rights.has("administer") ? [newSource] : []), ...actions].filter(isAsked),
  ];
}

export function Palette({ isOpen, onClose, onHelp }: PaletteProps) {
  return (
    <Modal.Root opened={isOpen} onClose={onClose} size={560} yOffset="10vh" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Find a page, a person, an object, or something to do">
        <Modal.Body pt="md">
          <PaletteBody onClose={onClose} onHelp={onHelp} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ onClose, onHelp }: Omit<PaletteProps, "isOpen">) {
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const entries = useEntries(asked, onHelp);
  const base = useId();
  const chosen = entries[Math.min(at, entries.length - 1)];
  const optionId = (entry: Entry) => `${base}-${entry.id}`;

  useEffect(() => {
    if (chosen) document.getElementById(`${base}-${chosen.id}`)?.scrollIntoView({ block: "nearest" });
  }, [base, chosen]);

  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length > 0) {
      event.preventDefault();
      setAt((old) => (Math.min(old, entries.length - 1) + step + entries.length) % entries.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  };
  return (
    <>
      <TextInput
        data-autofocus
        autoFocus
        placeholder="A page, a person, an object, or something to do"
        value={asked}
        onChange={(event) => {
          setAsked(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-expanded="true"
        aria-controls={`${base}-list`}
        aria-activedescendant={chosen ? optionId(chosen) : undefined}
        aria-label="Find"
      />
      <div className="palette-list" id={`${base}-list`} role="listbox" aria-label="Found">
        {entries.map((entry, index) => (
          <EntryLine
            key={entry.id}
            id={optionId(entry)}
            entry={entry}
            isFirst={entries[index - 1]?.group !== entry.group}
            isChosen={entry === chosen}
            onRun={() => run(entry)}
          />
        ))}
      </div>
      {entries.length === 0 ? <p className="hush">Nothing by that name.</p> : null}
    </>
  );
}

interface EntryLineProps {
  id: string;
  entry: Entry;
  isFirst: boolean;
  isChosen: boolean;
  onRun: () => void;
}

function EntryLine({ id, entry, isFirst, isChosen, onRun }: EntryLineProps) {
  return (
    <>
      {isFirst ? (
        <div className="group" role="presentation">
          {entry.group}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above holds the focus and takes the keys */}
      <div id={id} role="option" aria-selected={isChosen} onClick={onRun}>
        <span>{entry.name}</span>
        <small>{entry.note}</small>
      </div>
    </>
  );
}
