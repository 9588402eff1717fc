// A page that is not there, and one that broke: both say so and lead back.
import { Button } from "@mantine/core";
import { Link, useRouteError } from "react-router";
import { Problem, useTitle } from "../components/states";

export function NotFound() {
  useTitle("Not found");
  return (
    <>
      <h1>There is no such page.</h1>
      <p className="sub">
        The address may be mistyped. <Link to="/">Back to Today</Link>
      </p>
    </>
  );
}

export function Broken() {
  const error = useRouteError();
  return (
    <div className="alone">
      <h1>This page broke.</h1>
      <Problem error={error} what="It is our fault, and nothing was lost on the server." />
      <Button onClick={() => location.reload()}>Load it again</Button>
    </div>
  );
}
