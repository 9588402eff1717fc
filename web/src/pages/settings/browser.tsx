// You: your account, and in this browser the session, the colours, the keys.
import { Button, SegmentedControl, Switch, useMantineColorScheme } from "@mantine/core";
import { useSession } from "../../api/session";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { useLeave } from "../../components/use-leave";
import { instantText } from "../../format";
import { useSingleKeys } from "../../keys";
import { AccountParts } from "./account";

const SCHEMES = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function Browser() {
  const session = useSession();
  const leave = useLeave();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [hasSingle, setSingle] = useSingleKeys();
  return (
    <>
      <h1>You, here and in this browser.</h1>
      <AccountParts />
      <Part title="Session">
        <Answer query={session} what="The session could not be read." height={60}>
          {(data) => (
            <p className="sub">
              Signed in as <b>{data.person}</b>, until {instantText(data.expires_at)}.
            </p>
          )}
        </Answer>
        <Button variant="default" onClick={leave}>
          Sign out
        </Button>
      </Part>
      <Part title="Colours">
        <SegmentedControl
          aria-label="Colours"
          data={SCHEMES}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
        />
      </Part>
      <Part title="Keys">
        <Switch
          label="Single letters act (j, k, /, ?)"
          checked={hasSingle}
          onChange={(event) => setSingle(event.currentTarget.checked)}
        />
      </Part>
    </>
  );
}
