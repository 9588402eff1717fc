// The pages there are, and for whom. One that does not exist yet is not listed.
import type { Right } from "../api/session";

export interface PageEntry {
  path: string;
  name: string;
  about: string;
  icon: string;
  /** What it takes of whoever looks, beyond reading. */
  right?: Right;
  /** Whether it is only for those who see all brands. */
  isWhole?: boolean;
}

export const PAGES: PageEntry[] = [
  {
    path: "/",
    name: "Today",
    about: "who left, and what hides it",
    icon: "M3 12V5.5L10 2l7 3.5V12M3 17h14M6 14V9M10 14V7M14 14v-3",
  },
  {
    path: "/people",
    name: "People",
    about: "every person, filtered and sorted",
    icon: "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM1.5 17c0-3.4 2.3-5.6 5.5-5.6s5.5 2.2 5.5 5.6M13 9.4a2.5 2.5 0 1 0-.6-4.9M14.5 11.6c2.4.4 4 2.4 4 5.4",
  },
  {
    path: "/matrix",
    name: "Matrix",
    about: "six cells, and who moved between them",
    icon: "M2.5 4h15v12h-15ZM7.5 4v12M12.5 4v12M2.5 10h15",
  },
  {
    path: "/asks",
    name: "Asks",
    about: "who waits for an answer, and for how long",
    icon: "M3 4h14v9H9l-4 3.5V13H3ZM6.5 7h7M6.5 10h4",
  },
  {
    path: "/talk",
    name: "Talk",
    about: "write down what somebody said, face to face or on the phone",
    icon: "M6.5 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM2 16c0-3 1.8-5 4.5-5S11 13 11 16M12 4h6v5h-3.5L12.5 11V9",
  },
  {
    path: "/answers",
    name: "Answers",
    about: "how many were answered, how soon, and what silence costs",
    icon: "M3 3v14h14M5.5 5.5h3v4h3v3h5",
  },
  {
    path: "/leaving",
    name: "Leaving",
    about: "who is on their way out, why, and what is at risk",
    icon: "M11 3H4v14h7M8.5 10H17M14 7l3 3-3 3",
  },
  {
    path: "/growth",
    name: "Growth",
    about: "what came, what went, and what newcomers hide",
    icon: "M2.5 10h15M4.5 10V6M8.2 10V3.5M11.8 10v4.5M15.5 10v6.5",
  },
  {
    path: "/cohorts",
    name: "Cohorts",
    about: "of those who came together, how many are still here",
    icon: "M3 3v14h14M5.5 5.5c1 5 4 7 10.5 7.5M5.5 9c1 3.5 4 5.5 10.5 6",
  },
  {
    path: "/models",
    name: "Models",
    about: "how near forecasts come, and what they are not good for",
    icon: "M3 15.5 7.5 10l3.5 3L17 5.5M13 5.5h4v4M3 3v14h14",
  },
  {
    path: "/audiences",
    name: "Audiences",
    about: "people who fit a question, under a name",
    icon: "M4 4h12M6.5 8.5h7M8.5 13h3M9.5 17h1",
  },
  {
    path: "/offers",
    name: "Rooms",
    about: "images a brand offers, who hangs them, and what people say",
    icon: "M3 4h14v12H3ZM6 7h5v6H6ZM13.5 7h1M13.5 10h1M13.5 13h1",
  },
  {
    path: "/catalogue",
    name: "Catalogue",
    about: "what a brand sells",
    icon: "M4 3h9l3 3v11H4ZM7 8h6M7 11h6M7 14h4",
  },
  {
    path: "/occasions",
    name: "Occasions",
    about: "what a brand holds, where and when, and who comes",
    icon: "M3 5h14v12H3ZM3 8.5h14M7 3v4M13 3v4M7 12h2M11 12h2",
  },
  {
    path: "/definitions",
    name: "Definitions",
    about: "what each author calls engaged, on the same people",
    icon: "M2.5 10s3-5 7.5-5 7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5ZM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z",
  },
  {
    path: "/explore",
    name: "Explore",
    about: "ask with SQL",
    icon: "M3 4h14v12H3ZM6 8l2.4 2L6 12M10.5 12.5H14",
    right: "analyse",
    isWhole: true,
  },
  {
    path: "/settings",
    name: "Settings",
    about: "health, sources, names, what was rejected, weights",
    icon: "M4 6h12M4 10h12M4 14h12M7 4.5v3M13 8.5v3M9 12.5v3",
  },
];

/** Behind the bell. */
export const ALERTS: PageEntry = {
  path: "/alerts",
  name: "Alerts",
  about: "what you should be told: who is overdue, what newcomers hide, what went quiet",
  icon: "M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5-1.5 6.5h12c0-1.5-1.5-2.5-1.5-6.5A4.5 4.5 0 0 0 10 3ZM8.2 16.5a1.8 1.8 0 0 0 3.6 0",
};

export interface SettingsTab {
  /** What the address calls it. */
  tab: string;
  name: string;
  about: string;
  right?: Right;
  isWhole?: boolean;
}

/** The parts of Settings, in their order. */
export const SETTINGS_TABS: SettingsTab[] = [
  { tab: "health", name: "Health", about: "whether everything is counted", right: "inspect", isWhole: true },
  {
    tab: "sources",
    name: "Sources",
    about: "who may send events, their keys, what arrives",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "names",
    name: "Names",
    about: "names from outside and the verbs they stand for",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "rejected",
    name: "Rejections",
    about: "what was rejected, mended and sent again",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "merges",
    name: "Merges",
    about: "ids that were not joined, or perhaps should not be",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "deliveries",
    name: "Deliveries",
    about: "where alerts are sent, and what came of it",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "weights",
    name: "Weights",
    about: "what each thing that people do is worth",
    right: "inspect",
    isWhole: true,
  },
  {
    tab: "people",
    name: "People",
    about: "who works here, what they may do and see",
    right: "administer",
    isWhole: true,
  },
  { tab: "erasures", name: "Erasures", about: "who asked to be forgotten, and when", right: "inspect", isWhole: true },
  { tab: "audit", name: "Audit", about: "who did what, and when", right: "administer", isWhole: true },
  { tab: "browser", name: "You", about: "your account, this session, colours, keys" },
];

/** Those of these that whoever is signed in may open. */
export function mine<Entry extends { right?: Right; isWhole?: boolean }>(
  entries: Entry[],
  rights: { has: (right: Right) => boolean; isWhole: boolean },
): Entry[] {
  return entries.filter((entry) => rights.has(entry.right ?? "read") && (rights.isWhole || !entry.isWhole));
}
