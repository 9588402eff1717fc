// What must be found on the timelines after a day, per call and per client.

const BRAND = "brand:acme";
/** Tea is 20.00 of 25.50, the cup 5.50; what was paid is 25.01, and not a cent may be lost or made. */
const ORDER = {
  total: 2501,
  currency: "EUR",
  shares: { "product:tea-1": (2501 * 2000) / 2550, "product:cup-2": (2501 * 550) / 2550 },
};

/** The rows a call leaves with the one who made it. What is not named here (the object of an identify) may be anything. */
const rows = {
  old: () => [{ verb: "did:Played Chess", object: BRAND, value_minor: null }],
  view: () => [{ verb: "viewed", object: "product:tea-1" }],
  page: () => [{ verb: "viewed", object: BRAND, value_minor: null }],
  identify: () => [{ verb: "identified", value_minor: null }],
  order: () => Object.keys(ORDER.shares).map((object) => ({ verb: "bought", object, currency: ORDER.currency })),
  "order-plain": () => [{ verb: "bought", object: BRAND, value_minor: 700, currency: "JPY" }],
  chess: () => [{ verb: "did:Played Chess", object: BRAND, value_minor: null }],
  screen: () => [{ verb: "viewed", object: BRAND, layer: "mobile" }],
  group: (name) => [{ verb: "joined", object: `group:acme-${name}` }],
  alias: () => [{ verb: "identified", value_minor: null }],
  set: () => [{ verb: "identified", value_minor: null }],
};

/** Calls made by, or about, somebody who is not Ada. */
const OTHERS = ["visitor", "personless"];

/** What Ada's timeline must hold, whole, after `script` was lived through under `name`. */
export function expectedOfAda(script, name) {
  const hers = script.calls.filter(({ call }) => !OTHERS.includes(call));
  return hers.flatMap(({ call, at }) => rows[call](name).map((row) => ({ call, said_at: at, layer: "web", ...row })));
}

/** The values of all of Ada's ids, whatever their kinds. */
export function idsOfAda(script) {
  const has = (call) => script.calls.some((made) => made.call === call);
  const { user, anonymous, old } = script.ids;
  return [user, anonymous, script.traits.email, ...(has("alias") ? [old] : [])].sort();
}

/** The one thing that the visitor did. */
export function expectedOfVisitor(script) {
  const { at } = script.calls.find(({ call }) => call === "visitor");
  return [{ call: "visitor", said_at: at, layer: "web", verb: "viewed", object: "product:cup-2" }];
}

/** Whether the products of an order share its money exactly, each within a cent of its part. */
export function sharesAreExact(bought) {
  const near = ({ object, value_minor }) => Math.abs(value_minor - ORDER.shares[object]) <= 1;
  return bought.reduce((sum, row) => sum + row.value_minor, 0) === ORDER.total && bought.every(near);
}
