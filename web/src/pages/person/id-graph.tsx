// The ids of one person as a drawing: solid lines join, dashed ones were parted again, crossed ones were refused.
import type { IdRow, LinkRow } from "../../api/types";
import { counted } from "../../format";
import { spaced } from "../../words";
import { graphOf, pathOf } from "./graph";

export function IdGraph({ ids, links }: { ids: IdRow[]; links: LinkRow[] }) {
  if (links.length === 0) return null;
  const { width, height, nodes, lines, nHidden } = graphOf(ids, links);
  const n = (state: LinkRow["state"]) => links.filter((link) => link.state === state).length;
  const about = `${counted(ids.length, "id", "ids")}, ${counted(n("active"), "link", "links")} between them, ${n("undone")} parted again, ${n("refused")} refused; the table below lists them`;
  return (
    <>
      <svg className="graph" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={about}>
        {lines.map((line) => (
          <g key={line.id} className={line.state}>
            <path d={pathOf(line)} />
            {line.state === "refused" ? (
              <text x={(line.from.x + line.to.x) / 2} y={(line.from.y + line.to.y) / 2} className="cross">
                ×
              </text>
            ) : null}
          </g>
        ))}
        {nodes.map((node) => {
          const isLeft = node.x < width / 2;
          return (
            <g key={node.key} className={node.isOwn ? "own" : "other"}>
              <circle cx={node.x} cy={node.y} r={6} />
              <text x={node.x + (isLeft ? 12 : -12)} y={node.y + 4} textAnchor={isLeft ? "start" : "end"}>
                {node.label}
              </text>
              <text
                className="kind"
                x={node.x + (isLeft ? 12 : -12)}
                y={node.y + 17}
                textAnchor={isLeft ? "start" : "end"}
              >
                {spaced(node.kind)}
              </text>
            </g>
          );
        })}
      </svg>
      {nHidden > 0 ? <p className="fine">{counted(nHidden, "id is", "ids are")} not drawn.</p> : null}
    </>
  );
}
