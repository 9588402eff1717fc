// Settings: health first, then who may send, what their words mean, what was rejected or not joined, what is sent out, the weights, what
// was erased, and this browser.
import { Tabs } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useNavigate } from "react-router";
import { useRights, useSession } from "../../api/session";
import { mine, SETTINGS_TABS } from "../../components/pages";
import { useTitle, Waiting } from "../../components/states";
import { useScope, useUrl } from "../../scope";
import { Browser } from "./browser";
import { HealthSection } from "./health";

const Sources = lazy(() => import("./sources").then((m) => ({ default: m.SourcesSection })));
const Names = lazy(() => import("./names").then((m) => ({ default: m.NamesSection })));
const Rejected = lazy(() => import("./rejected").then((m) => ({ default: m.RejectedSection })));
const Merges = lazy(() => import("./merges").then((m) => ({ default: m.MergesSection })));
const Deliveries = lazy(() => import("./deliveries").then((m) => ({ default: m.DeliveriesSection })));
const Weights = lazy(() => import("./weights").then((m) => ({ default: m.Weights })));

const Staff = lazy(() => import("./people").then((m) => ({ default: m.PeopleSection })));
const Erasures = lazy(() => import("./erasures").then((m) => ({ default: m.ErasuresSection })));
const AuditLog = lazy(() => import("./audit").then((m) => ({ default: m.AuditSection })));

const FIRST = "health";

export function Settings() {
  const { params } = useUrl();
  const { to } = useScope();
  const navigate = useNavigate();
  const asked = params.get("tab");
  const session = useSession();
  const tabs = mine(SETTINGS_TABS, useRights());
  const first = tabs.find((tab) => tab.tab === FIRST) ?? tabs[0];
  const chosen = tabs.find((tab) => tab.tab === asked)?.tab ?? first?.tab ?? FIRST;
  useTitle(SETTINGS_TABS.find((tab) => tab.tab === chosen)?.name ?? "Settings");
  // What a tab keeps in the address is its own: another one begins without it.
  const go = (tab: string | null) => navigate(to("/settings", tab === null || tab === first?.tab ? "" : `tab=${tab}`));
  if (!session.data) return <Waiting />;
  return (
    <Tabs value={chosen} onChange={go} keepMounted={false}>
      <Tabs.List mb="md">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.tab} value={tab.tab}>
            {tab.name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={chosen}>
        <Suspense fallback={<Waiting />}>
          <Section tab={chosen} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}

function Section({ tab }: { tab: string }) {
  switch (tab) {
    case "sources":
      return <Sources />;
    case "names":
      return <Names />;
    case "rejected":
      return <Rejected />;
    case "merges":
      return <Merges />;
    case "deliveries":
      return <Deliveries />;
    case "people":
      return <Staff />;
    case "audit":
      return <AuditLog />;
    case "erasures":
      return <Erasures />;
    case "weights":
      return <Weights />;
    case "browser":
      return <Browser />;
    default:
      return <HealthSection />;
  }
}
