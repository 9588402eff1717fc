// The tables there are; a press on a name writes it into the question.
import type { SqlTable } from "../../api/types";
import { Part } from "../../components/part";
import { count } from "../../format";

interface TablesProps {
  tables: SqlTable[];
  onInsert: (text: string) => void;
}

export function Tables({ tables, onInsert }: TablesProps) {
  return (
    <Part title="Tables">
      <div className="tree">
        {tables.map((table, at) => (
          <details key={table.name} open={at === 0}>
            <summary>
              <b>{table.name}</b>{" "}
              <span className="fine">{table.n_rows === null ? "many" : count(table.n_rows)} rows</span>
            </summary>
            <p className="fine">{table.about}</p>
            <ul>
              <li>
                <button
                  type="button"
                  onClick={() => onInsert(table.name)}
                  title={`Write ${table.name} into the question`}
                >
                  {table.name} <span>table</span>
                </button>
              </li>
              {table.columns.map((column) => (
                <li key={column.name}>
                  <button
                    type="button"
                    onClick={() => onInsert(column.name)}
                    title={`Write ${column.name} into the question`}
                  >
                    {column.name} <span>{column.type.toLowerCase()}</span>
                  </button>
                </li>
              ))}
            </ul>
          </details>
        ))}
      </div>
    </Part>
  );
}
