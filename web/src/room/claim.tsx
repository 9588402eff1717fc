// A brand's word for who one is to it, in the part of the address that is sent to nobody: `/room#source=shop&claim=` and the
// token that it signed. Nothing is joined before its owner says so.
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { Problem } from "../components/states";
import { useOwnRoom } from "./api";

interface Offer {
  source: string;
  token: string;
  /** Whom the token speaks of, as far as it can be read. */
  user: string;
}

/** What a fragment offers, if it does. */
export function offerOf(fragment: string): Offer | null {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const [source, token] = [said.get("source"), said.get("claim")];
  if (!source || !token) return null;
  try {
    const claims = token.split(".")[1] ?? "";
    const read = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: unknown };
    return typeof read.sub === "string" ? { source, token, user: read.sub } : null;
  } catch {
    return null;
  }
}

export function Claim() {
  const { claim } = useOwnRoom();
  const [offer, setOffer] = useState<Offer | null>(() => offerOf(window.location.hash));
  useEffect(() => {
    if (offerOf(window.location.hash)) window.history.replaceState(null, "", window.location.pathname);
  }, []);
  if (!offer) return null;
  if (claim.isSuccess) {
    return (
      <p className="offer" role="status">
        What <bdi>{offer.source}</bdi> knows of <b>{offer.user}</b> is now known of you.
      </p>
    );
  }
  return (
    <section className="offer" aria-label="A brand knows you">
      <p>
        <b>
          <bdi>{offer.source}</bdi>
        </b>{" "}
        says that you are its <b>{offer.user}</b>. If you join the two, what is known of the one is known of the other.
      </p>
      {claim.error ? <Problem error={claim.error} /> : null}
      <div className="row">
        <Button
          loading={claim.isPending}
          onClick={() => claim.mutate({ source: offer.source, user: "", signature: offer.token })}
        >
          That is me; join them
        </Button>
        <Button variant="subtle" onClick={() => setOffer(null)}>
          Leave them apart
        </Button>
      </div>
    </section>
  );
}
