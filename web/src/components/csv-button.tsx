// "CSV": what is shown, as a file; not for those who only look.
import { May } from "./may";

interface CsvButtonProps {
  /** What the file holds, for those who do not see where the button stands. */
  of: string;
  onSave: () => void;
  isDisabled?: boolean;
}

export function CsvButton({ of, onSave, isDisabled }: CsvButtonProps) {
  return (
    <May right="heed">
      <button type="button" onClick={onSave} disabled={isDisabled} aria-label={`${of} as CSV`}>
        CSV
      </button>
    </May>
  );
}
