// The look for Mantine's parts: our tokens (styles/tokens.css) under Mantine's names, so that there is one palette.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#eaf5f5",
  "#d3e8ea",
  "#abd2d5",
  "#8ccdd2",
  "#58a4ab",
  "#3f8b92",
  "#2b757c",
  "#1f5d63",
  "#174a4f",
  "#0f363a",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 3 },
  colors: { teal },
  autoContrast: true,
  luminanceThreshold: 0.45,
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  headings: { fontFamily: "var(--serif)", fontWeight: "500" },
  defaultRadius: 7,
  cursorType: "pointer",
  respectReducedMotion: true,
});

const variables = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--soft)",
  "--mantine-color-default": "var(--card)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-border": "var(--edge)",
  "--mantine-color-placeholder": "var(--soft)",
  "--mantine-color-error": "var(--neg)",
  "--mantine-color-anchor": "var(--accent)",
};

export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables });
