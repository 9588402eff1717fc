// Which page answers which path, and what happens when the server says that nobody is signed in.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { lazy } from "react";
import { createBrowserRouter } from "react-router";
import { ApiError, isPassing } from "./api/client";
import { Shell } from "./components/shell";
import { Broken, NotFound } from "./pages/broken";
import { SignIn } from "./pages/sign_in";
import { InvitationPage } from "./pages/sign_in/invitation";
import { Today } from "./pages/today";

const Matrix = lazy(() => import("./pages/matrix").then((m) => ({ default: m.Matrix })));
const Leaving = lazy(() => import("./pages/leaving").then((m) => ({ default: m.Leaving })));
const Growth = lazy(() => import("./pages/growth").then((m) => ({ default: m.Growth })));
const Cohorts = lazy(() => import("./pages/cohorts").then((m) => ({ default: m.Cohorts })));
const Models = lazy(() => import("./pages/models").then((m) => ({ default: m.Models })));
const Alerts = lazy(() => import("./pages/alerts").then((m) => ({ default: m.Alerts })));
const Answers = lazy(() => import("./pages/answers").then((m) => ({ default: m.Answers })));
const Asks = lazy(() => import("./pages/asks").then((m) => ({ default: m.Asks })));
const Audiences = lazy(() => import("./pages/audiences").then((m) => ({ default: m.Audiences })));
const Definitions = lazy(() => import("./pages/definitions").then((m) => ({ default: m.Definitions })));
const People = lazy(() => import("./pages/people").then((m) => ({ default: m.People })));
const Person = lazy(() => import("./pages/person").then((m) => ({ default: m.Person })));
const Explore = lazy(() => import("./pages/explore").then((m) => ({ default: m.Explore })));
const Talk = lazy(() => import("./pages/talk").then((m) => ({ default: m.Talk })));
const Rooms = lazy(() => import("./pages/rooms").then((m) => ({ default: m.Rooms })));
const Catalogue = lazy(() => import("./pages/catalogue").then((m) => ({ default: m.Catalogue })));
const Occasions = lazy(() => import("./pages/occasions").then((m) => ({ default: m.Occasions })));
const Settings = lazy(() => import("./pages/settings").then((m) => ({ default: m.Settings })));

export const router = createBrowserRouter([
  { path: "/sign-in", element: <SignIn />, errorElement: <Broken /> },
  { path: "/invitation", element: <InvitationPage />, errorElement: <Broken /> },
  {
    path: "/",
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      {
        errorElement: <Broken />,
        children: [
          { index: true, element: <Today /> },
          { path: "matrix", element: <Matrix /> },
          { path: "leaving", element: <Leaving /> },
          { path: "growth", element: <Growth /> },
          { path: "cohorts", element: <Cohorts /> },
          { path: "models", element: <Models /> },
          { path: "alerts", element: <Alerts /> },
          { path: "answers", element: <Answers /> },
          { path: "asks", element: <Asks /> },
          { path: "audiences", element: <Audiences /> },
          { path: "definitions", element: <Definitions /> },
          { path: "people", element: <People /> },
          { path: "people/:person", element: <Person /> },
          { path: "explore", element: <Explore /> },
          { path: "talk", element: <Talk /> },
          { path: "offers", element: <Rooms /> },
          { path: "catalogue", element: <Catalogue /> },
          { path: "occasions", element: <Occasions /> },
          { path: "settings", element: <Settings /> },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);

/** Nobody is signed in: to the page that says how, and afterwards back to where they were. A write key that is not known
 * is no matter of the session. */
function onError(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 401 || error.code === "write_key_unknown") return;
  const { pathname, search } = router.state.location;
  if (pathname === "/sign-in" || pathname === "/invitation") return;
  const here = `${pathname}${search}`;
  router.navigate(here === "/" ? "/sign-in" : `/sign-in?then=${encodeURIComponent(here)}`, { replace: true });
}

export const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (nTries, error) => nTries < 1 && isPassing(error),
      refetchOnWindowFocus: false,
      staleTime: 10_000,
    },
  },
});
