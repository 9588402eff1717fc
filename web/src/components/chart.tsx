// A chart that loads when it is seen, follows the colour scheme and the width, and stands still for those who ask for it.
import { useComputedColorScheme } from "@mantine/core";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

const TOKENS = [
  "paper",
  "card",
  "ink",
  "soft",
  "line",
  "edge",
  "pos-fill",
  "pos-deep",
  "apa-fill",
  "neg-fill",
  "neg-deep",
  "accent-fill",
  "warn",
] as const;
/** The colours of the page, as the canvas needs them. */
export type Tokens = Record<(typeof TOKENS)[number], string>;

function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Tokens;
}

/** What all charts share: type, tooltip, and no motion where none is wanted. */
function housed(option: EChartsCoreOption, tokens: Tokens): EChartsCoreOption {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const tooltip = (option.tooltip ?? {}) as object;
  return {
    textStyle: { fontFamily: "Inter, system-ui, sans-serif", color: tokens.soft },
    animation: !isStill,
    animationDuration: 250,
    ...option,
    tooltip: {
      backgroundColor: tokens.card,
      borderColor: tokens.line,
      textStyle: { color: tokens.ink, fontSize: 13 },
      confine: true,
      ...tooltip,
    },
  };
}

interface ChartProps {
  /** Said to those who do not see it. */
  label: string;
  height: number;
  option: (tokens: Tokens) => EChartsCoreOption;
}

export function Chart({ label, height, option }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [isSeen, setSeen] = useState(false);
  const [isReady, setReady] = useState(false);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const eye = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setSeen(true), {
      rootMargin: "200px",
    });
    eye.observe(element);
    return () => eye.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!isSeen || !element) return;
    let isGone = false;
    const size = new ResizeObserver(() => chart.current?.resize());
    import("./echarts").then(({ init }) => {
      if (isGone) return;
      chart.current = init(element);
      size.observe(element);
      setReady(true);
    });
    return () => {
      isGone = true;
      size.disconnect();
      chart.current?.dispose();
      chart.current = null;
      setReady(false);
    };
  }, [isSeen]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew when the scheme changes
  useEffect(() => {
    if (!isReady) return;
    const tokens = readTokens();
    chart.current?.setOption(housed(option(tokens), tokens), true);
  }, [isReady, option, scheme]);

  return <div ref={box} className="chart" role="img" aria-label={label} style={{ height }} />;
}

/** A tooltip from words, built as nodes so that no value can become markup. */
export function tip(title: string, lines: [string, string][]): HTMLElement {
  const root = document.createElement("div");
  const head = document.createElement("b");
  head.textContent = title;
  root.append(head);
  for (const [name, value] of lines) {
    const line = document.createElement("div");
    line.style.cssText = "display:flex;justify-content:space-between;gap:16px;font-variant-numeric:tabular-nums";
    const left = document.createElement("span");
    left.textContent = name;
    const right = document.createElement("span");
    right.textContent = value;
    line.append(left, right);
    root.append(line);
  }
  return root;
}
