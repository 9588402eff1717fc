// Scores of definitions as people read them. Only formatting: the server says who scores what.
import { count, decimal, MINUS, money, NONE, percent, signed } from "./format";

/** At most one digit after the point, and two below ten. */
function short(n: number): string {
  const digits = Math.abs(n) < 10 ? 100 : 10;
  return decimal(Math.round(n * digits) / digits);
}

/** A score in its unit: "412 days", "61 %", "1.8 × gap". */
export function scoreText(score: number | null, unit: string, currency: string): string {
  if (score === null) return NONE;
  const words: Record<string, () => string> = {
    times_mean: () => `${short(score)} ×`,
    days: () => `${short(score)} ${score === 1 ? "day" : "days"}`,
    times_gap: () => `${short(score)} × gap`,
    rf_score: () => short(score),
    minor: () => money(Math.round(score), currency),
    points: () => `${short(score)} points`,
    visits: () => `${short(score)} ${score === 1 ? "visit" : "visits"}`,
    minutes: () => `${short(score)} min`,
    share: () => percent(score),
    index: () => short(score),
    percent: () => `${count(score)} of 100`,
    deviations: () => `${signed(score)} σ`,
    level: () => `${short(score)} of 4`,
    net_score: () => short(score),
  };
  return words[unit]?.() ?? short(score);
}

/** A correlation with two digits and its sign where it is negative: "0.93", "−0.12". */
export function rhoText(rho: number | null): string {
  if (rho === null) return NONE;
  const digits = Math.abs(rho).toFixed(2);
  return rho < 0 && digits !== "0.00" ? `${MINUS}${digits}` : digits;
}

/** How strongly a number from −1 to 1 is shaded, in percent of its colour; the number itself stands in the cell too. */
export function shade(rho: number | null): string | undefined {
  if (rho === null) return undefined;
  const strength = Math.round(Math.min(1, Math.abs(rho)) * 40);
  return `color-mix(in srgb, var(${rho < 0 ? "--neg-deep" : "--accent-fill"}) ${strength}%, transparent)`;
}

/** The percentage of people below as a whole number: 98. */
export function rankText(rank: number | null): string {
  return rank === null ? NONE : count(rank);
}
