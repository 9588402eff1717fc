// The words about the people of the Desk.

export const ROLES: Record<string, { name: string; about: string }> = {
  owner: { name: "owner", about: "may do everything, people and sources included, and sees all brands" },
  analyst: { name: "analyst", about: "reads everything, asks with SQL, makes audiences and hooks, maps names" },
  agent: { name: "agent", about: "deals with what people ask, and reads about them" },
  "read-only": { name: "read-only", about: "looks, and changes nothing" },
};

/** A handle made of a name, as the server takes one. */
export function handleOf(name: string): string {
  const plain = name.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const first = plain.trim().split(/\s+/)[0] ?? "";
  return first.replaceAll(/[^a-z0-9._-]/g, "").slice(0, 64);
}

/** Brands, one a line, as they are sent; null for all. */
export function brandsOf(text: string): string[] | null {
  const brands = text
    .split(/[\n,]/)
    .map((brand) => brand.trim())
    .filter((brand) => brand !== "");
  return brands.length === 0 ? null : brands;
}
