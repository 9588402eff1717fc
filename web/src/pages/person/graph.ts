// Where the ids of one person stand in a drawing, and the lines between them. The drawing only shows what the table says.
import type { IdRow, LinkRow } from "../../api/types";

export interface Node {
  key: string;
  kind: string;
  label: string;
  x: number;
  y: number;
  /** Whether it is one of the person's ids, rather than one they are not joined with. */
  isOwn: boolean;
}

export interface Line {
  id: string;
  from: Node;
  to: Node;
  state: LinkRow["state"];
}

export interface Graph {
  width: number;
  height: number;
  nodes: Node[];
  lines: Line[];
  /** Ids that are left out, because a drawing of more is not read. */
  nHidden: number;
}

const WIDTH = 360;
const ROW = 44;
const MARGIN = 22;
/** Ids drawn at most. */
export const MAX_NODES = 24;

/** The ids that name a person first, those that name a machine last. */
const KIND_RANKS = ["user", "customer", "email", "phone", "handle", "device", "anonymous"];

function rank(kind: string): number {
  const at = KIND_RANKS.indexOf(kind);
  return at < 0 ? KIND_RANKS.indexOf("device") - 0.5 : at;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/**
 * Two columns: at the left what names a person, at the right what names a machine; where one side would be empty, the
 * ids take turns, so that no line is drawn through another id.
 */
export function graphOf(ids: IdRow[], links: LinkRow[]): Graph {
  const known = new Map(ids.map((id) => [id.key, { key: id.key, kind: id.kind, label: id.value, isOwn: true }]));
  for (const link of links) {
    for (const [key, name] of [
      [link.a, link.a_name],
      [link.b, link.b_name],
    ] as const) {
      if (known.has(key)) continue;
      const at = name.indexOf(":");
      known.set(key, { key, kind: at < 0 ? "" : name.slice(0, at), label: name.slice(at + 1), isOwn: false });
    }
  }
  const all = [...known.values()].sort((a, b) => rank(a.kind) - rank(b.kind) || a.label.localeCompare(b.label));
  const shown = all.slice(0, MAX_NODES);
  const machinesFrom = rank("device");
  const isMachine = (node: { kind: string }) => rank(node.kind) >= machinesFrom;
  const nLeft = shown.filter((node) => !isMachine(node)).length;
  const isSplit = nLeft > 0 && nLeft < shown.length;
  const filled = [0, 0];
  const nodes: Node[] = shown.map((node, at) => {
    const side = (isSplit ? isMachine(node) : at % 2 === 1) ? 1 : 0;
    const row = filled[side] ?? 0;
    filled[side] = row + 1;
    const stagger = side === 1 && !isSplit ? ROW / 2 : 0;
    return {
      ...node,
      label: shortened(node.label, 18),
      x: side === 0 ? MARGIN : WIDTH - MARGIN,
      y: MARGIN + row * ROW + stagger,
    };
  });
  const placed = new Map(nodes.map((node) => [node.key, node]));
  const lines: Line[] = [];
  for (const link of links) {
    const [from, to] = [placed.get(link.a), placed.get(link.b)];
    if (from && to) lines.push({ id: `${link.a} ${link.b}`, from, to, state: link.state });
  }
  const height = Math.max(MARGIN, ...nodes.map((node) => node.y)) + MARGIN;
  return { width: WIDTH, height, nodes, lines, nHidden: all.length - shown.length };
}

/** A line as a path; between ids of one column it bends outwards, past those between them. */
export function pathOf({ from, to }: Line): string {
  if (from.x !== to.x) return `M${from.x} ${from.y}L${to.x} ${to.y}`;
  const inwards = from.x < WIDTH / 2 ? 1 : -1;
  const bend = from.x + inwards * Math.min(120, 26 + Math.abs(from.y - to.y) / 3);
  return `M${from.x} ${from.y}Q${bend} ${(from.y + to.y) / 2} ${to.x} ${to.y}`;
}
