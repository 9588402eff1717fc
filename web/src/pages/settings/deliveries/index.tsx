// Deliveries: the addresses to which alerts and answers are posted, whoever gets mail, and the log of what was sent.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useHooks } from "../../../api/hooks";
import type { Hooks } from "../../../api/types";
import { Part } from "../../../components/part";
import { Answer } from "../../../components/states";
import { HookLine } from "./hook";
import { Log } from "./log";
import { NewHookForm } from "./new";
import { headline } from "./words";

export function DeliveriesSection() {
  const hooks = useHooks();
  return (
    <Answer query={hooks} what="The addresses could not be read." height={300}>
      {(data) => <Body hooks={data} />}
    </Answer>
  );
}

function Body({ hooks }: { hooks: Hooks }) {
  const [isMaking, setMaking] = useState(false);
  const make = (
    <Button size="compact-md" variant="default" onClick={() => setMaking(true)}>
      Add an address
    </Button>
  );
  return (
    <>
      <h1>{headline(hooks.rows, hooks.mail_to)}</h1>
      <p className="sub">
        What is posted is signed as <b>Standard Webhooks</b> has it, tried ten times over three days, and never sent to
        a private address{hooks.allow_private ? ", but here that is allowed by " : " unless "}
        <code>delivery.allow_private</code>
        {hooks.allow_private ? "" : " allows it"}. Mail is set up under <code>[mail]</code> in <code>parlour.toml</code>
        .
      </p>
      <Part title="Addresses" does={hooks.rows.length === 0 ? null : make}>
        {hooks.rows.length === 0 && !isMaking ? <p className="hush">There is none yet. {make}</p> : null}
        {isMaking ? <NewHookForm onDone={() => setMaking(false)} /> : null}
        <ul className="alerts" aria-label="Addresses">
          {hooks.rows.map((hook) => (
            <HookLine key={hook.id} hook={hook} />
          ))}
        </ul>
      </Part>
      <Log hooks={hooks.rows} />
    </>
  );
}
