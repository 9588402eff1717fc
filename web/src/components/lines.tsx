// A few lines of one colour in a chart, told apart by how they are stroked: their axes, their strokes, and the key to them.
import type { EChartsCoreOption } from "echarts/core";
import type { Tokens } from "./chart";

export interface Stroke {
  width: number;
  dash: "solid" | number[];
  opacity?: number;
}

interface Axes {
  /** What is along the bottom. */
  name: string;
  x: object;
  y?: object;
  /** What a height is called. */
  height: (value: number) => string;
}

/** The frame of such a chart; the axis along the bottom has its name in the middle. */
export function lineAxes(tokens: Tokens, { name, x, y, height }: Axes): EChartsCoreOption {
  const label = { color: tokens.soft, fontSize: 11.5 };
  return {
    grid: { left: 4, right: 14, top: 14, bottom: 26, containLabel: true },
    xAxis: {
      name,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: label,
      axisLabel: { ...label, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: tokens.line } },
      splitLine: { show: false },
      ...x,
    },
    yAxis: {
      type: "value",
      min: 0,
      splitNumber: 4,
      axisLabel: { ...label, formatter: height },
      splitLine: { lineStyle: { color: tokens.line } },
      ...y,
    },
  };
}

/** How a line is drawn. */
export function stroked(tokens: Tokens, { width, dash, opacity = 1 }: Stroke): object {
  const color = tokens["accent-fill"];
  return { lineStyle: { color, width, opacity, type: dash }, itemStyle: { color } };
}

/** Which line is which. */
export function LineKeys({ lines }: { lines: { name: string; stroke: Stroke }[] }) {
  return (
    <p className="keys">
      {lines.map(({ name, stroke: { width, dash, opacity } }) => (
        <span key={name}>
          <svg width="26" height="8" aria-hidden="true" className="line-key">
            <line
              x1="0"
              x2="26"
              y1="4"
              y2="4"
              strokeWidth={width}
              strokeOpacity={opacity}
              strokeDasharray={dash === "solid" ? undefined : dash.join(" ")}
            />
          </svg>
          {name}
        </span>
      ))}
    </p>
  );
}
