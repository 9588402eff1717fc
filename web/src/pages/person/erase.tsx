// Erasing somebody at their wish; the form is loaded when it is asked for.
import { Button, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { May } from "../../components/may";
import { Part } from "../../components/part";
import { Waiting } from "../../components/states";
import { useScope } from "../../scope";

const EraseForm = lazy(() => import("./erase-form").then((m) => ({ default: m.EraseForm })));

export function Erase({ person }: { person: string }) {
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to } = useScope();
  const close = () => {
    setOpen(false);
    if (!isDone) return;
    // Nobody is there any more whose page this could be, and every number may be another.
    navigate(to("/people"));
    client.removeQueries({ queryKey: ["person"] });
    client.invalidateQueries();
  };
  return (
    <May right="administer" isWhole>
      <Part title="If they want to be forgotten">
        <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
          Erase …
        </Button>
      </Part>
      <Modal
        opened={isOpen}
        onClose={close}
        title={isDone ? "Erased" : `Erase ${person}`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Suspense fallback={<Waiting height={120} />}>
          <EraseForm person={person} onDone={() => setDone(true)} onClose={close} />
        </Suspense>
      </Modal>
    </May>
  );
}
