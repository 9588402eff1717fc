// "CSV": what is shown, as a file.
interface CsvButtonProps {
  /** What the file holds, for those who do not see where the button stands. */
  of: string;
  onSave: () => void;
  isDisabled?: boolean;
}

export function CsvButton({ of, onSave, isDisabled }: CsvButtonProps) {
  return (
    <button type="button" onClick={onSave} disabled={isDisabled} aria-label={`${of} as CSV`}>
      CSV
    </button>
  );
}
