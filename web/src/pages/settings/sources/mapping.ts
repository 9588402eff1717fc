// The mapping of a webhook or of a broker's messages: which expression makes which field of an event. It is kept as JSON;
// the page edits its fields.

export interface MappingField {
  name: string;
  about: string;
  example: string;
}

export const MAPPING_FIELDS: MappingField[] = [
  { name: "when", about: "take a body only if this is true", example: "body.type == 'order.paid'" },
  { name: "each", about: "a list; each of its items becomes an event of its own, called item", example: "body.lines" },
  { name: "subject", about: "who did it (needed)", example: "body.customer.id" },
  { name: "subject_kind", about: "of which kind that id is, as a plain word", example: "customer" },
  { name: "verb", about: "what was done (needed)", example: "'bought'" },
  { name: "object", about: "toward what; without it, the brand", example: "item.sku" },
  { name: "object_kind", about: "of which kind that is, as a plain word", example: "product" },
  { name: "at", about: "when; without it, when it came", example: "body.paid_at" },
  {
    name: "message",
    about: "the sender’s own id of it, by which repeats are known",
    example: "body.id + '#' + item.sku",
  },
  { name: "value", about: "money in whole units, such as 12.30", example: "item.total" },
  { name: "value_minor", about: "or money in minor units, such as 1230", example: "item.cents" },
  { name: "currency", about: "of that money", example: "body.currency" },
  { name: "text", about: "what they said", example: "body.comment" },
  { name: "rating", about: "stars, 1 to 5", example: "body.stars" },
  { name: "layer", about: "where; without it, the source’s", example: "'web'" },
  { name: "reply_to", about: "the message it answers, or the conversation it lies in", example: "body.conversation" },
  { name: "title", about: "what that conversation is called", example: "body.subject" },
  { name: "reply_address", about: "where an answer goes", example: "'chat:' + string(body.chat.id)" },
];

/** Where a broker is and what it is asked for; plain words, no expressions. */
export const BROKER_FIELDS: MappingField[] = [
  {
    name: "broker",
    about: "its address; mqtts:// for TLS, mqtt:// in the clear (needed)",
    example: "mqtts://till@broker.local",
  },
  { name: "topic", about: "a pattern with + and # (needed)", example: "shop/+/sold" },
  {
    name: "ca",
    about: "with TLS, who vouches for the broker, where browsers do not know them: a certificate as PEM",
    example: "-----BEGIN CERTIFICATE-----",
  },
];

/** What another example serves better where messages come from a broker. */
const MESSAGE_EXAMPLES: Record<string, string> = {
  when: "body.price > 0",
  each: "body.readings",
  subject: "levels[1]",
  object: "body.sku",
  at: "body.at",
  message: "body.id",
  value: "body.price",
  value_minor: "body.cents",
};

/** What is there to be filled in, and what must be, for a kind of source. */
export interface MappingShape {
  head: MappingField[];
  fields: MappingField[];
  needed: string[];
}

export const WEBHOOK_SHAPE: MappingShape = { head: [], fields: MAPPING_FIELDS, needed: ["subject", "verb"] };

export const BROKER_SHAPE: MappingShape = {
  head: BROKER_FIELDS,
  fields: MAPPING_FIELDS.map((field) => ({ ...field, example: MESSAGE_EXAMPLES[field.name] ?? field.example })),
  needed: ["broker", "topic", "subject", "verb"],
};

/** A mapping as its fields; `also` has a line for each further id, `kind: expression`. */
export interface MappingDraft {
  fields: Record<string, string>;
  also: string;
}

export const EMPTY_DRAFT: MappingDraft = { fields: {}, also: "" };

/** The fields of a mapping as it is kept; null where it is no JSON object, and can only be edited as text. */
export function draftOf(mapping: string | null): MappingDraft | null {
  if (mapping === null || mapping.trim() === "") return EMPTY_DRAFT;
  try {
    const kept: unknown = JSON.parse(mapping);
    if (typeof kept !== "object" || kept === null || Array.isArray(kept)) return null;
    const { also = {}, ...rest } = kept as Record<string, unknown>;
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(rest)) {
      if (value === null) continue;
      if (typeof value !== "string") return null;
      fields[name] = value;
    }
    if (typeof also !== "object" || also === null) return null;
    const lines = Object.entries(also).map(([kind, expression]) => `${kind}: ${String(expression)}`);
    return { fields, also: lines.join("\n") };
  } catch {
    return null;
  }
}

/** A mapping as it is kept; what is empty is left out. */
export function mappingOf({ fields, also }: MappingDraft, shape: MappingShape): string {
  const kept: Record<string, unknown> = {};
  for (const { name } of [...shape.head, ...shape.fields]) {
    const text = fields[name]?.trim();
    if (text) kept[name] = text;
  }
  const ids: Record<string, string> = {};
  for (const line of also.split("\n")) {
    const at = line.indexOf(":");
    const [kind, expression] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at > 0 && kind && expression) ids[kind] = expression;
  }
  if (Object.keys(ids).length > 0) kept.also = ids;
  return JSON.stringify(kept, null, 2);
}

/** What is missing before a mapping can make events. */
export function missing({ fields }: MappingDraft, shape: MappingShape): string[] {
  return shape.needed.filter((name) => !fields[name]?.trim());
}

/** A topic that a pattern takes, to try a mapping on. */
export function topicOf(pattern: string): string {
  return pattern.replaceAll("+", "ann").replace(/#$/, "ann/1");
}

/** An event as the journal has it, made readable: times as people write them, no fields that say nothing. */
export function readable(event: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(event).filter(([name, value]) => {
    const isEmpty = value === null || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
    return !isEmpty && name !== "extra";
  });
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const isTime = (name === "at" || name === "said_at") && typeof value === "number";
      return [name, isTime ? new Date(value / 1000).toISOString() : value];
    }),
  );
}

/** A secret as Standard Webhooks has it: 32 random bytes. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
