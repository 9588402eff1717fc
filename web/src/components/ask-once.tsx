// The one question before something is lost or changed: it names what, and the safe answer has the focus.
import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface AskOnceProps {
  isOpen: boolean;
  title: string;
  yes: string;
  isBusy?: boolean;
  onYes: () => void;
  onNo: () => void;
  children: ReactNode;
}

export function AskOnce({ isOpen, title, yes, isBusy, onYes, onNo, children }: AskOnceProps) {
  return (
    <Modal opened={isOpen} onClose={onNo} title={title} centered closeButtonProps={{ "aria-label": "Close" }}>
      {children}
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 16 }}>
        <Button variant="default" onClick={onNo} data-autofocus>
          Leave it
        </Button>
        <Button onClick={onYes} loading={isBusy}>
          {yes}
        </Button>
      </div>
    </Modal>
  );
}
