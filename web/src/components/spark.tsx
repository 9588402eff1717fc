// A line the size of a word: involvement over the last weeks, without axes.
import type { Direction } from "../api/types";
import { DIRECTION_MARK } from "../words";

interface SparkProps {
  values: number[];
  direction: Direction;
  width?: number;
  height?: number;
}

/** The points of the line, from the lower left; nothing to draw gives nothing. */
export function sparkPoints(values: number[], width: number, height: number): string {
  if (values.length < 2) return "";
  const top = Math.max(...values, Number.EPSILON);
  return values
    .map((value, at) => {
      const x = (at / (values.length - 1)) * width;
      const y = height - 2 - (Math.max(0, value) / top) * (height - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}

export function Spark({ values, direction, width = 92, height = 26 }: SparkProps) {
  const stroke = { rising: "var(--pos)", steady: "var(--apa)", falling: "var(--neg)" }[direction];
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: width, width: "100%", height }}
      preserveAspectRatio="none"
      role="img"
      aria-label={`involvement over ${values.length} weeks, ${direction}`}
    >
      <title>{`${DIRECTION_MARK[direction]} ${direction}, ${values.length} weeks`}</title>
      <line x1="0" x2={width} y1={height - 2} y2={height - 2} />
      <polyline points={sparkPoints(values, width, height)} style={{ stroke }} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
