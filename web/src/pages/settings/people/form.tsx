// What is said of somebody of the Desk: name, address, role, brands.
import { MultiSelect, TextInput } from "@mantine/core";
import type { StaffChange } from "../../../api/types";
import { useWorkspace } from "../../../api/workspace";
import { ROLES } from "./words";

export function ProfileFields({ value, onChange }: { value: StaffChange; onChange: (value: StaffChange) => void }) {
  const { data: workspace } = useWorkspace();
  const own = value.brands ?? [];
  const roots = (workspace?.objects ?? []).filter((object) => object.parent === null).map((object) => object.name);
  const brands = [...new Set([...roots, ...own])];
  return (
    <>
      <TextInput
        label="Name"
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
        autoComplete="off"
        required
      />
      <TextInput
        type="email"
        label="Mail address"
        description="To sign in with a link by mail or with another provider; may be left empty."
        value={value.mail ?? ""}
        onChange={(event) => onChange({ ...value, mail: event.currentTarget.value || null })}
        autoComplete="off"
      />
      <fieldset className="plain">
        <legend>Role</legend>
        {Object.entries(ROLES).map(([role, { name, about }]) => (
          <label key={role} className="choice">
            <input
              type="radio"
              name="role"
              checked={value.role === role}
              onChange={() => onChange({ ...value, role, brands: role === "owner" ? null : value.brands })}
            />
            <span>
              {name} <small className="fine">{about}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {value.role === "owner" ? null : (
        <MultiSelect
          label="Brands"
          description="Whose people, asks and numbers they see; empty for all. Who is held to brands has no Explore and no settings."
          placeholder={own.length === 0 ? "all brands" : undefined}
          data={brands}
          value={own}
          onChange={(chosen) => onChange({ ...value, brands: chosen.length === 0 ? null : chosen })}
          searchable
          clearable
        />
      )}
    </>
  );
}
