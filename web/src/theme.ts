// The look for Mantine's parts: our tokens (styles/tokens.css) under Mantine's names, so that there is one palette.
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from "@mantine/core";

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

const gray: MantineColorsTuple = [
  "#f7f2ea",
  "#f1eae0",
  "#e9e0d3",
  "#ddd2c3",
  "#c9bdac",
  "#aba092",
  "#8d8275",
  "#696054",
  "#4a4239",
  "#2f2923",
];

const dark: MantineColorsTuple = [
  "#efe8dc",
  "#cfc5b6",
  "#b0a594",
  "#857b6e",
  "#4a433a",
  "#38322b",
  "#2a2520",
  "#1a1714",
  "#14110f",
  "#0e0c0a",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 3 },
  colors: { teal, gray, dark },
  // What is filled with the accent carries the colour that is legible on it, in either scheme.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colors, color: "var(--on-accent)" } : colors;
  },
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
