// Which page of the room answers which path, and what comes before: signing in, and choosing where the room is.
import { Button } from "@mantine/core";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { BrowserRouter, NavLink, Route, Routes } from "react-router";
import { ApiError } from "../api/client";
import { Problem, Waiting } from "../components/states";
import { forget, useMe } from "./api";
import { Claim } from "./claim";
import { Enter } from "./enter";
import { ChooseHandle } from "./handle";
import type { OwnRoom } from "./types";
import { WallPage } from "./wall";

const Photos = lazy(() => import("./pictures").then((m) => ({ default: m.Photos })));
const People = lazy(() => import("./circles").then((m) => ({ default: m.People })));
const Offers = lazy(() => import("./offers").then((m) => ({ default: m.Offers })));
const Facts = lazy(() => import("./facts").then((m) => ({ default: m.Facts })));
const Me = lazy(() => import("./own-door").then((m) => ({ default: m.Me })));
const Known = lazy(() => import("./known").then((m) => ({ default: m.Known })));
const Receipt = lazy(() => import("./known/receipt").then((m) => ({ default: m.Receipt })));

/** A receipt is for whoever has its address, also when there is no room any more. */
export function Room() {
  const receipt = /^\/room\/receipt\/([^/]+)\/?$/.exec(window.location.pathname)?.[1];
  if (receipt === undefined) return <OwnersRoom />;
  return (
    <Suspense fallback={<Waiting />}>
      <Receipt id={decodeURIComponent(receipt)} />
    </Suspense>
  );
}

function OwnersRoom() {
  const [token] = useState(() => new URLSearchParams(window.location.search).get("token"));
  const [isEntering, setEntering] = useState(token !== null);
  const me = useMe(!isEntering);
  const isOut = me.error instanceof ApiError && me.error.status === 401;
  useEffect(() => {
    if (isOut) forget();
  }, [isOut]);
  if (isEntering || isOut) return <Enter token={isEntering ? token : null} onIn={() => setEntering(false)} />;
  if (!me.data) {
    return (
      <main className="alone">
        {me.error ? (
          <>
            <h1>Your room is out of reach.</h1>
            <Problem error={me.error} onRetry={() => me.refetch()} />
          </>
        ) : (
          <Waiting />
        )}
      </main>
    );
  }
  if (me.data.handle === null) return <ChooseHandle />;
  return <House me={me.data} handle={me.data.handle} />;
}

const onLine = () => navigator.onLine;

function listen(changed: () => void) {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

/** Whether there is a network. */
export function useOnline(): boolean {
  return useSyncExternalStore(listen, onLine);
}

function House({ me, handle }: { me: OwnRoom; handle: string }) {
  const isOnline = useOnline();
  return (
    <BrowserRouter basename="/room">
      <a className="skip" href="#inside">
        To the content
      </a>
      <header className="room-top">
        <nav aria-label="Room">
          <NavLink to="/" end>
            Wall
          </NavLink>
          <NavLink to="/photos">Photos</NavLink>
          <NavLink to="/facts">Facts</NavLink>
          <NavLink to="/offers">Offers</NavLink>
          <NavLink to="/people">
            People
            {me.n_requests > 0 ? <span className="count">{me.n_requests}</span> : null}
            {me.n_requests > 0 ? <span className="unseen"> waiting</span> : null}
          </NavLink>
          <NavLink to="/me">Door and me</NavLink>
          <NavLink to="/known">What is known</NavLink>
        </nav>
        <Button component="a" href={`/@${handle}`} variant="default" size="sm">
          <bdi>@{handle}</bdi>
        </Button>
      </header>
      {isOnline ? null : (
        <p className="offline" role="status">
          There is no network. This is your room as it was last seen on this device; it can be read, not changed.
        </p>
      )}
      <main id="inside" className="room-main">
        <Claim />
        <Suspense fallback={<Waiting />}>
          <Routes>
            <Route path="/" element={<WallPage me={me} handle={handle} />} />
            <Route path="/photos" element={<Photos />} />
            <Route path="/facts" element={<Facts />} />
            <Route path="/offers" element={<Offers />} />
            <Route path="/people" element={<People handle={handle} />} />
            <Route path="/me" element={<Me me={me} handle={handle} />} />
            <Route path="/known" element={<Known me={me} />} />
            <Route path="*" element={<Nowhere />} />
          </Routes>
        </Suspense>
      </main>
    </BrowserRouter>
  );
}

function Nowhere() {
  return (
    <>
      <h1>There is nothing here.</h1>
      <p>
        <NavLink to="/">To the wall</NavLink>
      </p>
    </>
  );
}
