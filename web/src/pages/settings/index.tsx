// Settings: health first, then the weights, what was rejected, and this browser.
import { Tabs } from "@mantine/core";
import { useTitle } from "../../components/states";
import { useUrl } from "../../scope";
import { Browser } from "./browser";
import { HealthSection } from "./health";
import { RejectedSection } from "./rejected";
import { Weights } from "./weights";

const TABS = [
  { name: "health", word: "Health" },
  { name: "weights", word: "Weights" },
  { name: "rejected", word: "Rejected" },
  { name: "browser", word: "You" },
];

export function Settings() {
  useTitle("Settings");
  const { params, set } = useUrl();
  const asked = params.get("tab");
  const chosen = TABS.some((tab) => tab.name === asked) ? asked : "health";
  return (
    <Tabs value={chosen} onChange={(name) => set({ tab: name === "health" ? null : name })} keepMounted={false}>
      <Tabs.List mb="md">
        {TABS.map((tab) => (
          <Tabs.Tab key={tab.name} value={tab.name}>
            {tab.word}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="health">
        <HealthSection />
      </Tabs.Panel>
      <Tabs.Panel value="weights">
        <Weights />
      </Tabs.Panel>
      <Tabs.Panel value="rejected">
        <RejectedSection />
      </Tabs.Panel>
      <Tabs.Panel value="browser">
        <Browser />
      </Tabs.Panel>
    </Tabs>
  );
}
