// What the keys do, and the switch for the single ones.
import { Modal, Switch } from "@mantine/core";
import { useSingleKeys } from "../keys";

const KEYS: [string[], string][] = [
  [["Ctrl K", "⌘ K"], "find a page, a person, an object, or something to do"],
  [["j", "k"], "next and previous line of a list"],
  [["Enter"], "open the line"],
  [["/"], "search in this page"],
  [["Shift"], "with a box on Leaving: choose every line in between as well"],
  [["r", "n"], "on Asks: write an answer, or a note for staff"],
  [["a", "e"], "on Asks: take the thread or let it go, close it without an answer"],
  [["Ctrl Enter", "⌘ Enter"], "run the question, on Explore; send the answer, on Asks"],
  [["?"], "this help"],
  [["Esc"], "close what is open"],
];

export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [hasSingle, setSingle] = useSingleKeys();
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys" closeButtonProps={{ "aria-label": "Close" }}>
      <dl className="facts">
        {KEYS.map(([keys, does]) => (
          <div key={does} style={{ display: "contents" }}>
            <dt>
              {keys.map((key) => (
                <span key={key}>
                  <kbd>{key}</kbd>{" "}
                </span>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="lg"
        label="Single letters act"
        checked={hasSingle}
        onChange={(event) => setSingle(event.currentTarget.checked)}
      />
    </Modal>
  );
}
