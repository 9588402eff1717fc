// One address: what goes there, whether it is enabled; tried, changed, deleted.
import { useState } from "react";
import { after } from "../../../after";
import { useHook } from "../../../api/hooks";
import type { Hook } from "../../../api/types";
import { AskOnce } from "../../../components/ask-once";
import { Problem, Words } from "../../../components/states";
import { instantText } from "../../../format";
import { HookForm } from "./form";
import { kindsText } from "./words";

export function HookLine({ hook }: { hook: Hook }) {
  const [isChanging, setChanging] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const { change, drop, test } = useHook(hook.id);
  const isOff = hook.disabled_at !== null;
  const enable = () => change.mutate({ url: hook.url, kinds: hook.kinds });
  return (
    <li data-hook={hook.id}>
      <p>
        <b>{hook.url}</b>
      </p>
      {hook.disabled_at === null ? null : (
        <p className="neg">
          × disabled since {instantText(hook.disabled_at)}: <Words text={hook.disabled_why ?? ""} />
        </p>
      )}
      <p className="does">
        <span>{kindsText(hook)}</span>
        {isOff ? (
          <button type="button" onClick={enable} aria-label={`Enable ${hook.url}`}>
            enable
          </button>
        ) : (
          <button type="button" onClick={() => test.mutate()} disabled={test.isPending} aria-label={`Test ${hook.url}`}>
            send a test
          </button>
        )}
        <button type="button" onClick={() => setChanging(!isChanging)} aria-label={`Change ${hook.url}`}>
          change
        </button>
        <button type="button" onClick={() => setDoomed(true)} aria-label={`Delete ${hook.url}`}>
          delete
        </button>
      </p>
      {isChanging ? <Change hook={hook} onDone={() => setChanging(false)} /> : null}
      {test.error ? <Problem error={test.error} /> : null}
      {change.error ? <Problem error={change.error} /> : null}
      <AskOnce
        isOpen={isDoomed}
        title="Delete this address?"
        yes="Delete it"
        isBusy={drop.isPending}
        onYes={() => after(drop.mutateAsync(), () => setDoomed(false))}
        onNo={() => setDoomed(false)}
      >
        <p>Nothing more is sent to {hook.url}, and what waits for it is given up. The log stays.</p>
        {drop.error ? <Problem error={drop.error} /> : null}
      </AskOnce>
    </li>
  );
}

function Change({ hook, onDone }: { hook: Hook; onDone: () => void }) {
  const { change } = useHook(hook.id);
  return (
    <HookForm
      first={hook}
      yes="Save"
      saving={change}
      onSave={(changed) => after(change.mutateAsync(changed), onDone)}
      onCancel={onDone}
    />
  );
}
