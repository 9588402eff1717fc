// Sources: the list, a new one, or one of them with what it sends; which of these is in the address.
import { OwnersOnly } from "../../../components/may";
import { useUrl } from "../../../scope";
import { SourceList } from "./list";
import { NewSourceForm } from "./new";
import { OneSource } from "./one";

export function SourcesSection() {
  const { params } = useUrl();
  const asked = params.get("source");
  if (asked === "new")
    return (
      <OwnersOnly what="sources">
        <NewSourceForm />
      </OwnersOnly>
    );
  const id = Number(asked);
  return (
    <OwnersOnly what="sources">
      {asked && Number.isInteger(id) ? <OneSource key={id} id={id} /> : <SourceList />}
    </OwnersOnly>
  );
}
