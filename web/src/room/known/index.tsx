// What is known about oneself, on one page: who one is taken for, what is concluded and why, what one did and said, where it
// lies, for what it may be used, and the ways to take it along and to be forgotten.
import { type ReactNode, useEffect } from "react";
import { useSearchParams } from "react-router";
import { Answer } from "../../components/states";
import type { KnownOfMe, OwnRoom } from "../types";
import { useKnown } from "./api";
import { Concluded } from "./concluded";
import { Did } from "./did";
import { Forgotten } from "./forgotten";
import { Ids } from "./ids";
import "./known.css";
import { Alerts, Lists, Places } from "./lists";
import { Said } from "./said";
import { Uses } from "./uses";
import { allInAll } from "./words";

const SECTIONS: [string, string][] = [
  ["who", "Who you are"],
  ["concluded", "What is concluded"],
  ["did", "What you did"],
  ["said", "What you said"],
  ["lists", "Lists you are on"],
  ["told", "What staff were told"],
  ["places", "Where it lies"],
  ["uses", "For what it may be used"],
  ["take", "Take it with you"],
  ["forgotten", "Be forgotten"],
];

export function Section({ id, children }: { id: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-head`} className="known-part">
      <h2 id={`${id}-head`} className="part">
        {SECTIONS.find(([name]) => name === id)?.[1]}
      </h2>
      {children}
    </section>
  );
}

export function Known({ me }: { me: OwnRoom }) {
  const [params] = useSearchParams();
  const known = useKnown(params.get("object") ?? undefined);
  useEffect(() => {
    document.title = "What is known · Room";
  }, []);
  return (
    <div className="known">
      <h1>What is known about you.</h1>
      <Answer query={known} what="What is known of you could not be read.">
        {(data) => <Everything known={data} me={me} isOld={known.isPlaceholderData} />}
      </Answer>
    </div>
  );
}

function Everything({ known, me, isOld }: { known: KnownOfMe; me: OwnRoom; isOld: boolean }) {
  useEffect(() => {
    // What the address points at was not there yet when the browser looked for it.
    if (window.location.hash) document.getElementById(window.location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <>
      <p className="sub">{allInAll(known)}</p>
      <div className="known-body">
        <nav aria-label="On this page" className="known-ways">
          <ul>
            {SECTIONS.map(([id, name]) => (
              <li key={id}>
                <a href={`#${id}`}>{name}</a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="known-parts">
          <Section id="who">
            <Ids known={known} me={me} />
          </Section>
          <Section id="concluded">
            <Concluded known={known} isOld={isOld} />
          </Section>
          <Section id="did">
            {known.person ? <Did /> : <p className="bare">Nothing that you did is written down.</p>}
          </Section>
          <Section id="said">
            <Said posts={known.posts} />
          </Section>
          <Section id="lists">
            <Lists audiences={known.audiences} />
          </Section>
          <Section id="told">
            <Alerts alerts={known.alerts} />
          </Section>
          <Section id="places">
            <Places />
          </Section>
          <Section id="uses">
            <Uses consents={known.consents} />
          </Section>
          <Section id="take">
            <p>
              One archive with everything: <code>data.json</code> for programs, <code>index.html</code> to read, and
              your pictures.
            </p>
            <a className="known-button" href="/api/v1/room/known/download" download>
              Download everything
            </a>
          </Section>
          <Section id="forgotten">
            <Forgotten />
          </Section>
        </div>
      </div>
    </>
  );
}
